package io.github.changeover.http;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Optional;

/** Parses the text of an IP address. Makes no DNS lookup. */
public final class IpAddress {
    private static final int LONGEST_IPV4 = 15;
    /** The characters of an IPv6 address. */
    static final AsciiSet IPV6 = AsciiSet.HEX_DIGITS.plus(":.");
    private static final int LONGEST_IPV6 = 45;

    private IpAddress() {
    }

    /**
     * Parses an address without brackets and without a zone: RFC 3986 section 3.2.2. The result is empty if it is malformed. An IPv4-mapped
     * IPv6 address becomes an IPv4 address.
     */
    public static Optional<InetAddress> parse(String text) {
        if (text.indexOf(':') >= 0) return IPV6.containsAll(text) && text.length() <= LONGEST_IPV6 ? lookup('[' + text + ']') : Optional.empty();
        byte[] bytes = ipv4(text);
        try {
            return bytes == null ? Optional.empty() : Optional.of(InetAddress.getByAddress(bytes));
        } catch (UnknownHostException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** Returns the four bytes of {@code dec-octet "." dec-octet "." dec-octet "." dec-octet}, or null if the text has another form. */
    private static byte[] ipv4(String text) {
        if (text.length() > LONGEST_IPV4) return null;
        byte[] bytes = new byte[4];
        int at = 0;
        for (int i = 0; i < bytes.length; i++) {
            if (i > 0 && (at == text.length() || text.charAt(at++) != '.')) return null;
            int start = at, value = 0;
            while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') value = 10 * value + text.charAt(at++) - '0';
            if (at == start || at - start > 3 || value > 255 || at - start > 1 && text.charAt(start) == '0') return null;
            bytes[i] = (byte) value;
        }
        return at == text.length() ? bytes : null;
    }

    /** Parses an address that a container reports: an IPv6 address may have a zone. The result is empty for any other text, such as a name. */
    public static Optional<InetAddress> parseReported(String text) {
        int colon = text.indexOf(':');
        if (colon < 0) return parse(text);
        return AsciiSet.HEX_DIGITS.containsAll(text, 0, colon) ? lookup(text) : Optional.empty();
    }

    /** Returns the numeric address without the port; the name if the address is unresolved. */
    public static String text(InetSocketAddress address) {
        return address.isUnresolved() ? address.getHostString() : address.getAddress().getHostAddress();
    }

    /**
     * Without a DNS lookup, the JDK parses a text in brackets, four numbers up to 255 each, and a text with a colon that begins with a colon or a hexadecimal
     * digit. It would look up any other text: {@code 256.0.0.1} is a name for it. Clients behind a proxy choose these texts.
     */
    private static Optional<InetAddress> lookup(String address) {
        try {
            return Optional.of(InetAddress.getByName(address));
        } catch (UnknownHostException malformed) {
            return Optional.empty();
        }
    }
}
