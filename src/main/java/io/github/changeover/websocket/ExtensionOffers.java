package io.github.changeover.websocket;

import io.github.changeover.http.FieldList;
import io.github.changeover.http.FieldScanner;
import io.github.changeover.http.Token;
import io.github.changeover.websocket.WebSocketExtension.Parameter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The extensions that a client offers, in its order of preference: RFC 6455 sections 9.1 and 11.3.2.
 *
 * <pre>
 * Sec-WebSocket-Extensions: superspeed, colormode; depth=16
 * extension-list = 1#extension
 * </pre>
 *
 * <p>White space is allowed around every separator (the implied LWS of RFC 2616, whose grammar RFC 6455 uses). A quoted value must be a token after its
 * backslashes are removed. A client may offer one extension several times with different parameters. An unknown extension is parsed like any other offer.
 *
 * <p>An offer that violates the grammar is declined: it is ignored, and the other offers remain valid. According to section 9.1 the connection should
 * fail. But a server may always decline an offer, and some devices that send such an offer cannot be updated.
 */
public final class ExtensionOffers {
    /** An offer with more parameters than this is malformed. */
    public static final int MAX_PARAMETERS = 32;
    static final String FIELD = "Sec-WebSocket-Extensions";
    private static final String FORM = "extensions separated by commas, such as permessage-deflate; client_max_window_bits=15";

    private ExtensionOffers() {
    }

    /** Parses the values of all {@code Sec-WebSocket-Extensions} lines. Never throws, whatever they contain. */
    public static FieldList<WebSocketExtension> parse(List<String> lines) {
        return FieldList.read(FIELD, FORM, lines, FieldList.OnMalformed.SKIP, ExtensionOffers::extension);
    }

    private static Optional<WebSocketExtension> extension(FieldScanner scanner) {
        Optional<String> name = scanner.token();
        if (name.isEmpty()) return Optional.empty();
        List<Parameter> parameters = new ArrayList<>(4);
        for (scanner.skipWhiteSpace(); scanner.skip(';'); scanner.skipWhiteSpace()) {
            scanner.skipWhiteSpace();
            Optional<Parameter> parameter = parameter(scanner);
            if (parameter.isEmpty() || parameters.size() == MAX_PARAMETERS) return Optional.empty();
            parameters.add(parameter.get());
        }
        return Optional.of(new WebSocketExtension(name.get(), parameters));
    }

    private static Optional<Parameter> parameter(FieldScanner scanner) {
        Optional<String> name = scanner.token();
        scanner.skipWhiteSpace();
        if (name.isEmpty() || !scanner.skip('=')) return name.map(text -> new Parameter(text, Optional.empty()));
        scanner.skipWhiteSpace();
        Optional<String> value = scanner.tokenOrQuotedString().filter(Token::isToken);
        return value.map(text -> new Parameter(name.get(), value));
    }
}
