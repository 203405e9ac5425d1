package io.github.changeover.websocket;

import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * What a path agrees to in an opening handshake: RFC 6455 section 4.2.2, items /subprotocol/ and /extensions/.
 *
 * <pre>
 * HandshakePolicy.NOTHING.withSubprotocols("v1.echo", "v2.echo").withDeflate(DeflatePolicy.JDK)
 * </pre>
 *
 * @param subprotocols those that are spoken here, exactly as on the wire
 * @param deflate      how permessage-deflate is agreed on; empty for not at all
 */
public record HandshakePolicy(List<String> subprotocols, Optional<DeflatePolicy> deflate) {
    /** No subprotocol and no extension. */
    public static final HandshakePolicy NOTHING = new HandshakePolicy(List.of(), Optional.empty());

    /** @throws IllegalArgumentException when a subprotocol is no token, or is there twice */
    public HandshakePolicy {
        subprotocols = List.copyOf(subprotocols);
        Objects.requireNonNull(deflate, "deflate");
        for (String subprotocol : subprotocols) {
            if (!FieldScanner.isToken(subprotocol)) {
                throw new IllegalArgumentException("Not a subprotocol (RFC 9110 token), so no client can offer it: '" + subprotocol + "'");
            }
        }
        if (new HashSet<>(subprotocols).size() < subprotocols.size()) {
            throw new IllegalArgumentException("A subprotocol is there twice in " + subprotocols + ": name each once");
        }
    }

    /** The same with these subprotocols instead. */
    public HandshakePolicy withSubprotocols(String... names) {
        return new HandshakePolicy(List.of(names), deflate);
    }

    /** The same with permessage-deflate. */
    public HandshakePolicy withDeflate(DeflatePolicy how) {
        return new HandshakePolicy(subprotocols, Optional.of(how));
    }
}
