package io.github.changeover.http;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Optional;
import java.util.regex.Pattern;

/** Parses the text of an IP address. Makes no DNS lookup. */
public final class IpAddress {
    private static final String BYTE = "(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])";
    private static final Pattern IPV4 = Pattern.compile(BYTE + "(\\." + BYTE + "){3}");
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
        return IPV4.matcher(text).matches() ? lookup(text).filter(address -> address instanceof Inet4Address && address.getHostAddress().equals(text)) : Optional.empty();
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
