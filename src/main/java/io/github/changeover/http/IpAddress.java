package io.github.changeover.http;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;
import java.util.regex.Pattern;

/** Parses the text of an IP address. Makes no DNS lookup. */
public final class IpAddress {
    private static final Pattern IPV4 = Pattern.compile("(0|[1-9]\\d{0,2})(\\.(0|[1-9]\\d{0,2})){3}");
    private static final AsciiSet IPV6 = AsciiSet.HEX_DIGITS.and(":.");
    private static final int LONGEST_IPV6 = 45;

    private IpAddress() {
    }

    /**
     * Parses an address without brackets and without a zone: RFC 3986 section 3.2.2. The result is empty if it is malformed. An IPv4-mapped
     * IPv6 address becomes an IPv4 address.
     */
    public static Optional<InetAddress> parse(String text) {
        if (text.indexOf(':') >= 0) return IPV6.containsAll(text) && text.length() <= LONGEST_IPV6 ? lookup('[' + text + ']') : Optional.empty();
        return IPV4.matcher(text).matches() ? lookup(text).filter(address -> address instanceof Inet4Address && address.getHostAddress().equals(text)) : Optional.empty();
    }

    /** Parses an address that a container reports: an IPv6 address may have a zone. The result is empty for any other text, such as a name. */
    public static Optional<InetAddress> parseReported(String text) {
        int colon = text.indexOf(':');
        if (colon < 0) return parse(text);
        return IPV6.containsAll(text, 0, colon) ? lookup(text) : Optional.empty();
    }

    /** The JDK never looks up a text in brackets, a text of four numbers, and a text that begins as an IPv6 address. */
    private static Optional<InetAddress> lookup(String address) {
        try {
            return Optional.of(InetAddress.getByName(address));
        } catch (UnknownHostException malformed) {
            return Optional.empty();
        }
    }
}
