package io.github.changeover.websocket;

import io.github.changeover.http.Authority;
import io.github.changeover.http.UriScheme;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The origin of a page: scheme, host and port (RFC 6454 sections 4 and 6).
 *
 * <pre>
 * Origin: https://example.com           https, example.com, 443
 * Origin: http://[::1]:8080             http, [0:0:0:0:0:0:0:1], 8080
 * </pre>
 *
 * @param scheme in lower case
 * @param host   in lower case; an IPv6 address is in brackets and in one fixed form
 * @param port   the default port of the scheme if no port is given; empty if the scheme has no default port
 */
public record Origin(String scheme, String host, OptionalInt port) {
    /** Parses the value of {@code Origin}; empty if it is not an origin, such as {@code null} or a value with a path or a user. */
    public static Optional<Origin> parse(String text) {
        int end = text.indexOf("://");
        if (end < 0) return Optional.empty();
        String authority = text.substring(end + 3);
        return hasLoosePort(authority) ? Optional.empty() : of(text.substring(0, end), authority);
    }

    /** Whether the port is empty or has a leading zero, which a browser never sends. */
    private static boolean hasLoosePort(String authority) {
        int port = authority.lastIndexOf(':') + 1;
        if (port == 0 || port < authority.length() && authority.charAt(port) != '0') return false;
        for (int i = port; i < authority.length(); i++) {
            if (authority.charAt(i) < '0' || authority.charAt(i) > '9') return false;
        }
        return true;
    }

    /** Returns the origin that a request addresses: its scheme and the value of {@code Host}, or the values that a trusted proxy sent for both. */
    public static Optional<Origin> of(String scheme, String authority) {
        if (!UriScheme.isScheme(scheme)) return Optional.empty();
        String lower = scheme.toLowerCase(Locale.ROOT);
        return Authority.parse(authority).map(parsed -> new Origin(lower, parsed.host(),
                parsed.port().isPresent() ? parsed.port() : UriScheme.defaultPort(lower)));
    }

    /** Written out, as is {@link #hashCode}: on JDK 17 the JDK keeps the class, and so the application, of the record whose equals() was generated last. */
    @Override
    public boolean equals(Object other) {
        return other instanceof Origin that && scheme.equals(that.scheme) && host.equals(that.host) && port.equals(that.port);
    }

    @Override
    public int hashCode() {
        return Objects.hash(scheme, host, port);
    }

    /** Returns the form that a browser sends, except for the form of an IPv6 address. */
    @Override
    public String toString() {
        return scheme + "://" + host + (port.isEmpty() || port.equals(UriScheme.defaultPort(scheme)) ? "" : ":" + port.getAsInt());
    }
}
