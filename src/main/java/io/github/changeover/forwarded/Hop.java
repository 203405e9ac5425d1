package io.github.changeover.forwarded;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What one proxy says of who connected to it: one element of {@code Forwarded} (RFC 7239 section 4), or what stands in one place of
 * the {@code X-Forwarded-*} fields.
 *
 * @param client who connected; empty where the proxy does not say
 * @param scheme that was used, in lower case
 * @param host   as {@code Host} had it
 * @param port   that was connected to
 */
record Hop(Optional<InetSocketAddress> client, Optional<String> scheme, Optional<String> host, OptionalInt port) {
    /** RFC 7239 section 6: a name in it begins with an underscore, or is {@code unknown}. */
    private static final Pattern NODE = Pattern.compile("(?:\\[([0-9A-Fa-f:.]{2,45})]|([0-9.]{7,15})|(unknown|_[A-Za-z0-9._-]{1,60}))(?::(\\d{1,5}|_[A-Za-z0-9._-]{1,60}))?",
            Pattern.CASE_INSENSITIVE);
    private static final Pattern PORT = Pattern.compile("[0-9]{1,5}");
    private static final Pattern SCHEME = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]{0,31}");

    /** A node as {@code for} has it; many proxies write an IPv6 address without its brackets into {@code X-Forwarded-For}. */
    static Optional<InetSocketAddress> node(String text) {
        Optional<InetAddress> bare = AddressRange.address(text);
        if (bare.isPresent()) return Optional.of(new InetSocketAddress(bare.get(), 0));
        Matcher node = NODE.matcher(text);
        if (!node.matches()) return Optional.empty();
        String digits = node.group(4);
        int port = digits == null || digits.startsWith("_") ? 0 : Integer.parseInt(digits);
        if (port > 65_535) return Optional.empty();
        if (node.group(3) != null) return Optional.of(InetSocketAddress.createUnresolved(node.group(3).toLowerCase(Locale.ROOT), port));
        String literal = node.group(1) != null ? node.group(1) : node.group(2);
        return AddressRange.address(literal).map(address -> new InetSocketAddress(address, port));
    }

    static OptionalInt port(String text) {
        int port = PORT.matcher(text).matches() ? Integer.parseInt(text) : 0;
        return port > 0 && port <= 65_535 ? OptionalInt.of(port) : OptionalInt.empty();
    }

    static Optional<String> scheme(String text) {
        return SCHEME.matcher(text).matches() ? Optional.of(text.toLowerCase(Locale.ROOT)) : Optional.empty();
    }
}
