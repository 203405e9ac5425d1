package io.github.changeover.forwarded;

import io.github.changeover.http.IpAddress;
import io.github.changeover.http.UriScheme;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The information that one proxy gives about its client: one element of {@code Forwarded} (RFC 7239 section 4), or the values at one
 * position of the {@code X-Forwarded-*} fields.
 *
 * @param client the client of the proxy; empty if the proxy does not give it
 * @param scheme the scheme that the client used, in lower case
 * @param host   the value of {@code Host}
 * @param port   the port to which the client connected
 */
record ForwardedElement(Optional<InetSocketAddress> client, Optional<String> scheme, Optional<String> host, OptionalInt port) {
    /** RFC 7239 section 6: an identifier begins with an underscore or is {@code unknown}. {@link IpAddress} checks the text of an address. */
    private static final Pattern NODE = Pattern.compile("(?:\\[([^\\]]{2,45})]|([0-9.]{7,15})|(unknown|_[A-Za-z0-9._-]{1,60}))(?::(\\d{1,5}|_[A-Za-z0-9._-]{1,60}))?",
            Pattern.CASE_INSENSITIVE);
    private static final Pattern PORT = Pattern.compile("[0-9]{1,5}");

    /**
     * Parses a node of the {@code for} parameter. An IPv6 address without brackets is accepted, because many proxies write it that way in
     * {@code X-Forwarded-For}.
     */
    static Optional<InetSocketAddress> node(String text) {
        Optional<InetAddress> bare = IpAddress.parse(text);
        if (bare.isPresent()) return Optional.of(new InetSocketAddress(bare.get(), 0));
        Matcher node = NODE.matcher(text);
        if (!node.matches()) return Optional.empty();
        String digits = node.group(4);
        int port = digits == null || digits.startsWith("_") ? 0 : Integer.parseInt(digits);
        if (port > 65_535) return Optional.empty();
        if (node.group(3) != null) return Optional.of(InetSocketAddress.createUnresolved(node.group(3).toLowerCase(Locale.ROOT), port));
        String literal = node.group(1) != null ? node.group(1) : node.group(2);
        return IpAddress.parse(literal).map(address -> new InetSocketAddress(address, port));
    }

    static OptionalInt port(String text) {
        int port = PORT.matcher(text).matches() ? Integer.parseInt(text) : 0;
        return port > 0 && port <= 65_535 ? OptionalInt.of(port) : OptionalInt.empty();
    }

    static Optional<String> scheme(String text) {
        return UriScheme.isScheme(text) ? Optional.of(text.toLowerCase(Locale.ROOT)) : Optional.empty();
    }
}
