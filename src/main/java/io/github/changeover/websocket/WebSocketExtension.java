package io.github.changeover.websocket;

import io.github.changeover.http.Token;
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
 * @param name       case-sensitive, as are the names of parameters: the RFC does not require case-insensitive comparison
 * @param parameters in their order, including duplicates
 */
public record WebSocketExtension(String name, List<Parameter> parameters) {

    /**
     * A parameter of an extension.
     *
     * @param value a token, without quotes even if it was sent as a quoted string; empty if the parameter has no value
     */
    public record Parameter(String name, Optional<String> value) {
        public Parameter {
            requireToken(name);
            value.ifPresent(WebSocketExtension::requireToken);
        }

        /** Returns the parameter as it is in the field. */
        @Override
        public String toString() {
            return value.map(text -> name + '=' + text).orElse(name);
        }
    }

    /** @throws IllegalArgumentException if a name or a value is not a token */
    public WebSocketExtension {
        requireToken(name);
        parameters = List.copyOf(parameters);
    }

    private static void requireToken(String text) {
        Objects.requireNonNull(text, "text");
        if (!Token.isToken(text)) {
            throw new IllegalArgumentException("Not a token (RFC 9110 section 5.6.2), which names and values of extensions must be: " + text.length() + " characters");
        }
    }

    /** Returns the extension as it is in the field. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(name);
        parameters.forEach(parameter -> text.append("; ").append(parameter));
        return text.toString();
    }
}
