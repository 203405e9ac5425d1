package io.github.changeover.negotiation;

import io.github.changeover.spi.ProtocolToken;
import java.util.List;

/**
 * The protocols offered by a client: the well-formed protocols of its {@code Upgrade} field lines, in their order
 * (RFC 9110 section 7.8).
 *
 * @param tokens    the offered protocols; at least one
 * @param malformed list members that are not valid protocols, made printable; they are ignored
 */
public record Offer(List<ProtocolToken> tokens, List<String> malformed) {
    public Offer {
        tokens = List.copyOf(tokens);
        malformed = List.copyOf(malformed);
    }
}
