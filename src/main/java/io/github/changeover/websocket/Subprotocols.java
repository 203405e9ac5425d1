package io.github.changeover.websocket;

import java.util.List;
import java.util.Optional;

/**
 * The subprotocols a client offers and the one it gets: RFC 6455 sections 4.1 (item 10), 4.2.2 and 11.3.4.
 *
 * <pre>
 * Sec-WebSocket-Protocol: chat, superchat       a server that speaks superchat and v1.echo
 * Sec-WebSocket-Protocol: superchat
 * </pre>
 *
 * <p>Names are tokens, compared exactly: {@code Chat} is not {@code chat}. The elements of the list "MUST all be unique
 * strings"; one that is there twice counts once, because that changes nothing and devices send it. A name that is no token makes the
 * field malformed: it could not be answered.
 */
public final class Subprotocols {
    static final String FIELD = "Sec-WebSocket-Protocol";

    private Subprotocols() {
    }

    /** Reads the values of all {@code Sec-WebSocket-Protocol} lines. Throws for no content of theirs. */
    public static FieldList<String> parse(List<String> lines) {
        FieldList<String> read = FieldList.read(FIELD, "tokens with commas between them, such as chat, superchat", lines, FieldList.OnMalformed.REFUSE,
                FieldScanner::token);
        return read instanceof FieldList.Members<String> offered ? new FieldList.Members<>(offered.members().stream().distinct().toList()) : read;
    }

    /** The first of the client's list that is supported. */
    public static Optional<String> choose(List<String> offered, List<String> supported) {
        return offered.stream().filter(supported::contains).findFirst();
    }
}
