package io.github.changeover.websocket;

import io.github.changeover.websocket.Extension.Parameter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The extensions a client offers, in its order of preference: RFC 6455 sections 9.1 and 11.3.2.
 *
 * <pre>
 * Sec-WebSocket-Extensions: superspeed, colormode; depth=16
 * extension-list = 1#extension
 * </pre>
 *
 * <p>Blanks may stand around every separator (the implied LWS of RFC 2616, whose grammar RFC 6455 uses). A quoted value
 * must be a token once its backslashes are off. One extension may be offered several times, with other parameters; one
 * that nobody knows is an offer like any other. An offer that breaks the grammar is declined: it is as if it were not there, and the others
 * count. Section 9.1 would have the connection fail; but to decline is always allowed, and devices with such an offer cannot be updated.
 */
public final class ExtensionOffers {
    /** One offer with more parameters than this is malformed. */
    public static final int MAX_PARAMETERS = 32;
    static final String FIELD = "Sec-WebSocket-Extensions";
    private static final String FORM = "extensions with commas between them, such as permessage-deflate; client_max_window_bits=15";

    private ExtensionOffers() {
    }

    /** Reads the values of all {@code Sec-WebSocket-Extensions} lines. Throws for no content of theirs. */
    public static FieldList<Extension> parse(List<String> lines) {
        return FieldList.read(FIELD, FORM, lines, FieldList.OnMalformed.SKIP, ExtensionOffers::extension);
    }

    private static Optional<Extension> extension(FieldScanner scanner) {
        Optional<String> name = scanner.token();
        if (name.isEmpty()) return Optional.empty();
        List<Parameter> parameters = new ArrayList<>(4);
        for (scanner.skipBlanks(); scanner.take(';'); scanner.skipBlanks()) {
            scanner.skipBlanks();
            Optional<Parameter> parameter = parameter(scanner);
            if (parameter.isEmpty() || parameters.size() == MAX_PARAMETERS) return Optional.empty();
            parameters.add(parameter.get());
        }
        return Optional.of(new Extension(name.get(), parameters));
    }

    private static Optional<Parameter> parameter(FieldScanner scanner) {
        Optional<String> name = scanner.token();
        scanner.skipBlanks();
        if (name.isEmpty() || !scanner.take('=')) return name.map(text -> new Parameter(text, Optional.empty()));
        scanner.skipBlanks();
        Optional<String> value = scanner.sees('"') ? scanner.quoted().filter(FieldScanner::isToken) : scanner.token();
        return value.map(text -> new Parameter(name.get(), value));
    }
}
