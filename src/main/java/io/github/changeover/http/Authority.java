package io.github.changeover.http;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;

/**
 * A host and an optional port, as in {@code Host} and in an origin: RFC 9110 section 7.2, RFC 3986 section 3.2.
 *
 * <pre>
 * Host: Example.com:8080      example.com, 8080
 * Host: [2001:DB8::1]         [2001:db8:0:0:0:0:0:1], none
 * </pre>
 *
 * @param host in lower case; an IPv6 address is in brackets and in one fixed form
 */
public record Authority(String host, OptionalInt port) {
    /**
     * The characters of {@code reg-name} except the comma, which joins two field lines, and the asterisk, which is a wildcard. No user information and no
     * zone.
     */
    private static final Pattern FORM = Pattern.compile("[A-Za-z0-9._~!$&'()+;=%-]{1,255}+|\\[[0-9A-Fa-f:.]{2,45}]");
    private static final Pattern LONE_PERCENT = Pattern.compile("%(?![0-9A-Fa-f]{2})");
    private static final int LAST_PORT = 65535;

    /** Parses the text that a peer sent; empty if it is malformed. Does no name lookup. */
    public static Optional<Authority> parse(String text) {
        int colon = text.indexOf(':', text.indexOf(']') + 1);
        int end = colon < 0 ? text.length() : colon;
        if (!isPort(text, end)) return Optional.empty();
        OptionalInt port = text.length() - end < 2 ? OptionalInt.empty() : OptionalInt.of(Integer.parseInt(text, end + 1, text.length(), 10));
        return port.orElse(0) > LAST_PORT ? Optional.empty() : host(text.substring(0, end)).map(host -> new Authority(host, port));
    }

    /** Whether the host is followed by nothing, or by a colon and at most five digits. */
    private static boolean isPort(String text, int from) {
        if (text.length() - from > 6) return false;
        for (int i = from + 1; i < text.length(); i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') return false;
        }
        return true;
    }

    /** Whether the name is in lower case, as most names are. Such a name needs no regular expression. */
    private static boolean isPlain(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if ((c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '.' && c != '-') return false;
        }
        return !text.isEmpty() && text.length() <= 255;
    }

    private static Optional<String> host(String text) {
        if (isPlain(text)) return Optional.of(text);
        if (!FORM.matcher(text).matches()) return Optional.empty();
        if (text.startsWith("[")) return ipv6(text);
        if (text.indexOf('%') >= 0 && LONE_PERCENT.matcher(text).find()) return Optional.empty();
        return Optional.of(text.toLowerCase(Locale.ROOT));
    }

    /** Parses an IPv6 address. For text in brackets, the JDK accepts only a literal address and never queries a name server. */
    private static Optional<String> ipv6(String bracketed) {
        if (bracketed.indexOf(':') < 0) return Optional.empty();
        try {
            InetAddress address = InetAddress.getByName(bracketed);
            String text = address.getHostAddress();
            return Optional.of(address instanceof Inet6Address ? '[' + text + ']' : "[::ffff:" + text + ']');
        } catch (UnknownHostException malformed) {
            return Optional.empty();
        }
    }

    @Override
    public String toString() {
        return port.isPresent() ? host + ':' + port.getAsInt() : host;
    }
}
