package io.github.changeover.websocket;

import io.github.changeover.http.Token;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * The subprotocols and extensions that a path supports: RFC 6455 section 4.2.2, items /subprotocol/ and /extensions/.
 *
 * <pre>
 * HandshakePolicy.NOTHING.withSubprotocols("v1.echo", "v2.echo").withDeflate(DeflatePolicy.JDK)
 * </pre>
 *
 * @param subprotocols the supported subprotocols, exactly as on the wire
 * @param deflate      the policy for permessage-deflate; empty if it is not supported
 */
public record HandshakePolicy(List<String> subprotocols, Optional<DeflatePolicy> deflate) {
    /** Supports no subprotocol and no extension. */
    public static final HandshakePolicy NOTHING = new HandshakePolicy(List.of(), Optional.empty());

    /** @throws IllegalArgumentException if a subprotocol is not a token or occurs twice */
    public HandshakePolicy {
        subprotocols = List.copyOf(subprotocols);
        Objects.requireNonNull(deflate, "deflate");
        for (String subprotocol : subprotocols) {
            if (!Token.isToken(subprotocol)) {
                throw new IllegalArgumentException("Not a subprotocol (RFC 9110 token), so no client can offer it: '" + subprotocol + "'");
            }
        }
        if (new HashSet<>(subprotocols).size() < subprotocols.size()) {
            throw new IllegalArgumentException("A subprotocol occurs twice in " + subprotocols + ": list each once");
        }
    }

    /** Returns a copy with these subprotocols instead. */
    public HandshakePolicy withSubprotocols(String... names) {
        return new HandshakePolicy(List.of(names), deflate);
    }

    /** Returns a copy that supports permessage-deflate. */
    public HandshakePolicy withDeflate(DeflatePolicy how) {
        return new HandshakePolicy(subprotocols, Optional.of(how));
    }
}
