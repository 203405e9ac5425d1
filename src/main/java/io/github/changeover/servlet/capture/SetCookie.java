package io.github.changeover.servlet.capture;

import jakarta.servlet.http.Cookie;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Formats a cookie as a {@code Set-Cookie} field value (RFC 6265 section 4.1.1).
 *
 * <pre>
 * id=a3f; Domain=example.com; Path=/; Max-Age=60; Secure; HttpOnly; SameSite=Lax
 * </pre>
 */
final class SetCookie {
    private static final Set<String> OWN_METHODS = Set.of("domain", "path", "max-age", "secure", "httponly");

    private SetCookie() {
    }

    /** @throws IllegalArgumentException if the value or an attribute contains a character that is not allowed in it */
    static String value(Cookie cookie) {
        String value = cookie.getValue() == null ? "" : cookie.getValue();
        StringBuilder line = new StringBuilder(cookie.getName()).append('=').append(checkedValue(cookie.getName(), value));
        append(line, "Domain", cookie.getDomain());
        append(line, "Path", cookie.getPath());
        if (cookie.getMaxAge() >= 0) append(line, "Max-Age", Integer.toString(cookie.getMaxAge()));
        if (cookie.getSecure()) append(line, "Secure", "");
        if (cookie.isHttpOnly()) append(line, "HttpOnly", "");
        for (Map.Entry<String, String> attribute : cookie.getAttributes().entrySet()) {
            if (!OWN_METHODS.contains(attribute.getKey().toLowerCase(Locale.ROOT))) {
                append(line, attribute.getKey(), attribute.getValue());
            }
        }
        return line.toString();
    }

    private static void append(StringBuilder line, String name, String value) {
        if (value == null) return;
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c < 0x20 || c > 0x7e || c == ';') throw illegal(line.substring(0, line.indexOf("=")), "attribute " + name);
        }
        line.append("; ").append(name);
        if (!value.isEmpty()) line.append('=').append(value);
    }

    private static String checkedValue(String name, String value) {
        boolean quoted = value.length() > 1 && value.startsWith("\"") && value.endsWith("\"");
        String bytes = quoted ? value.substring(1, value.length() - 1) : value;
        for (int i = 0; i < bytes.length(); i++) {
            char c = bytes.charAt(i);
            if (c <= 0x20 || c > 0x7e || c == '"' || c == ',' || c == ';' || c == '\\') throw illegal(name, "value");
        }
        return value;
    }

    private static IllegalArgumentException illegal(String cookie, String part) {
        return new IllegalArgumentException("The " + part + " of cookie " + cookie + " contains a character that RFC 6265 does not allow there; encode it");
    }
}
