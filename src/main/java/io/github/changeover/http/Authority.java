package io.github.changeover.http;

import java.net.Inet6Address;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A host and an optional port, as in {@code Host} and in an origin: RFC 9110 section 7.2, RFC 3986 section 3.2.
 *
 * <pre>
 * Host: Example.com:8080      example.com, 8080
 * Host: [2001:DB8::1]         [2001:db8:0:0:0:0:0:1], none
 * </pre>
 *
 * <p>There are three degrees of strictness. {@link #isValidHostField} is what a message must satisfy in any case. {@link #isValidInUri} is for
 * a URI that names a host. {@link #parse} accepts only what can be compared with another authority.
 *
 * @param host in lower case; an IPv6 address is in brackets and in one fixed form
 */
public record Authority(String host, OptionalInt port) {
    private static final AsciiSet REG_NAME = AsciiSet.UNRESERVED.plus("!$&'()*+,;=%");
    private static final AsciiSet IP_LITERAL = AsciiSet.UNRESERVED.plus("!$&'()*+,;=:");
    /** {@code reg-name} without the comma, which joins two field lines, and the asterisk, which is a wildcard. */
    private static final AsciiSet COMPARABLE_NAME = AsciiSet.UNRESERVED.plus("!$&'()+;=%");
    private static final int LONGEST_NAME = 255, LAST_PORT = 65535;

    /** Returns whether this is {@code uri-host [ ":" port ]}. The host is empty if the target of the request has no authority. */
    public static boolean isValidHostField(String text) {
        return isValid(text, 0, IP_LITERAL);
    }

    /** Returns whether this is a host that is not empty (RFC 9110 section 4.2.1) and an optional port. An address in brackets is an IPv6 address. */
    public static boolean isValidInUri(String text) {
        return isValid(text, 1, IpAddress.IPV6);
    }

    private static boolean isValid(String text, int shortestName, AsciiSet literal) {
        int end = endOfHost(text);
        if (!AsciiSet.DIGITS.containsAll(text, Math.min(end + 1, text.length()), text.length())) return false;
        if (text.startsWith("[")) return end > 2 && text.charAt(end - 1) == ']' && literal.containsAll(text, 1, end - 1);
        return end >= shortestName && REG_NAME.containsAll(text, 0, end);
    }

    /** Returns the position of the colon before the port, or the length of the text if there is no port. */
    public static int endOfHost(String text) {
        int colon = text.indexOf(':', text.indexOf(']') + 1);
        return colon < 0 ? text.length() : colon;
    }

    /**
     * Parses the text that a peer sent. It is empty if the text is malformed, or has user information, a zone, a port above 65535 or a lone
     * percent sign. Does no name lookup.
     */
    public static Optional<Authority> parse(String text) {
        int end = endOfHost(text);
        if (!isPort(text, end)) return Optional.empty();
        OptionalInt port = text.length() - end < 2 ? OptionalInt.empty() : OptionalInt.of(Integer.parseInt(text, end + 1, text.length(), 10));
        return port.orElse(0) > LAST_PORT ? Optional.empty() : host(text.substring(0, end)).map(host -> new Authority(host, port));
    }

    /** Returns whether the host is followed by nothing, or by a colon and at most five digits. */
    private static boolean isPort(String text, int colon) {
        return text.length() - colon <= 6 && AsciiSet.DIGITS.containsAll(text, colon + 1, text.length());
    }

    private static Optional<String> host(String text) {
        if (text.startsWith("[")) return ipv6(text);
        if (text.isEmpty() || text.length() > LONGEST_NAME || !COMPARABLE_NAME.containsAll(text) || !PercentEncoding.isWellFormed(text)) return Optional.empty();
        return Optional.of(text.toLowerCase(Locale.ROOT));
    }

    private static Optional<String> ipv6(String bracketed) {
        if (!bracketed.endsWith("]") || bracketed.indexOf(':') < 0) return Optional.empty();
        return IpAddress.parse(bracketed.substring(1, bracketed.length() - 1))
                .map(address -> address instanceof Inet6Address ? '[' + address.getHostAddress() + ']' : "[::ffff:" + address.getHostAddress() + ']');
    }

    @Override
    public String toString() {
        return port.isPresent() ? host + ':' + port.getAsInt() : host;
    }
}
