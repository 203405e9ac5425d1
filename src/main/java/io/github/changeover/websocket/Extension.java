package io.github.changeover.websocket;

import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * One member of {@code Sec-WebSocket-Extensions}: RFC 6455 section 9.1.
 *
 * <pre>
 * Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits; server_max_window_bits=10
 * extension = token *( ";" token [ "=" ( token / quoted-string ) ] )
 * </pre>
 *
 * @param name       compared exactly, as are the names of parameters: the RFC asks for no more
 * @param parameters in order, duplicates kept
 */
public record Extension(String name, List<Parameter> parameters) {

    /**
     * One parameter.
     *
     * @param value a token, without the quotes it may have come in; empty when there is none
     */
    public record Parameter(String name, Optional<String> value) {
        public Parameter {
            requireToken(name);
            value.ifPresent(Extension::requireToken);
        }

        /** As it stands in the field. */
        @Override
        public String toString() {
            return value.map(text -> name + '=' + text).orElse(name);
        }
    }

    /** @throws IllegalArgumentException when a name or a value is no token */
    public Extension {
        requireToken(name);
        parameters = List.copyOf(parameters);
    }

    private static void requireToken(String text) {
        Objects.requireNonNull(text, "text");
        if (!FieldScanner.isToken(text)) {
            throw new IllegalArgumentException("Not a token (RFC 9110 section 5.6.2), as names and values of extensions are: " + text.length() + " characters");
        }
    }

    /** As it stands in the field. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(name);
        parameters.forEach(parameter -> text.append("; ").append(parameter));
        return text.toString();
    }
}
