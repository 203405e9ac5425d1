package io.github.changeover.websocket;

import io.github.changeover.http.FieldList;
import io.github.changeover.http.FieldScanner;
import java.util.List;
import java.util.Optional;

/**
 * The subprotocols that a client offers and the selected one: RFC 6455 sections 4.1 (item 10), 4.2.2 and 11.3.4.
 *
 * <pre>
 * Sec-WebSocket-Protocol: chat, superchat       a server that supports superchat and v1.echo
 * Sec-WebSocket-Protocol: superchat
 * </pre>
 *
 * <p>Names are case-sensitive tokens: {@code Chat} is not {@code chat}. The elements of the list "MUST all be unique strings". A duplicate is ignored,
 * because it changes nothing and some devices send it. A name that is not a token makes the field malformed, because it could not be sent in the response.
 */
public final class Subprotocols {
    static final String FIELD = "Sec-WebSocket-Protocol";

    private Subprotocols() {
    }

    /** Parses the values of all {@code Sec-WebSocket-Protocol} lines. Never throws, whatever they contain. */
    public static FieldList<String> parse(List<String> lines) {
        FieldList<String> read = FieldList.read(FIELD, "tokens separated by commas, such as chat, superchat", lines, FieldList.OnMalformed.REFUSE,
                FieldScanner::token);
        return read instanceof FieldList.Members<String> offered && offered.members().size() > 1 ? new FieldList.Members<>(offered.members().stream().distinct().toList()) : read;
    }

    /** Returns the first offered subprotocol, in the client's order, that is supported. */
    public static Optional<String> choose(List<String> offered, List<String> supported) {
        for (String name : offered) {
            if (supported.contains(name)) return Optional.of(name);
        }
        return Optional.empty();
    }
}
