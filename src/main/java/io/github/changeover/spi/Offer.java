package io.github.changeover.spi;

import java.util.List;

/**
 * What a client offers to change to: the well-formed protocols of its {@code Upgrade} field lines, in its order
 * (RFC 9110 section 7.8).
 *
 * @param tokens    at least one
 * @param malformed list members that are no protocols, made printable; they are skipped
 */
public record Offer(List<ProtocolToken> tokens, List<String> malformed) {
    public Offer {
        tokens = List.copyOf(tokens);
        malformed = List.copyOf(malformed);
    }
}
