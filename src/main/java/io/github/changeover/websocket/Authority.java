package io.github.changeover.websocket;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;

/**
 * A host and perhaps a port, as {@code Host} and an origin have them: RFC 9110 section 7.2, RFC 3986 section 3.2.
 *
 * <pre>
 * Host: Example.com:8080      example.com, 8080
 * Host: [2001:DB8::1]         [2001:db8:0:0:0:0:0:1], none
 * </pre>
 *
 * @param host in lower case; an IPv6 address in brackets and in one form
 */
record Authority(String host, OptionalInt port) {
    /** Of {@code reg-name} all but the comma, which joins two lines, and the star, which is a wildcard. No user information, no zone. */
    private static final Pattern FORM = Pattern.compile("[A-Za-z0-9._~!$&'()+;=%-]{1,255}+|\\[[0-9A-Fa-f:.]{2,45}]");
    private static final Pattern LONE_PERCENT = Pattern.compile("%(?![0-9A-Fa-f]{2})");
    private static final int LAST_PORT = 65535;

    /** What a peer wrote, or empty when it is malformed. Nothing is looked up. */
    static Optional<Authority> parse(String text) {
        int colon = text.indexOf(':', text.indexOf(']') + 1);
        int end = colon < 0 ? text.length() : colon;
        if (!isPort(text, end)) return Optional.empty();
        OptionalInt port = text.length() - end < 2 ? OptionalInt.empty() : OptionalInt.of(Integer.parseInt(text, end + 1, text.length(), 10));
        return port.orElse(0) > LAST_PORT ? Optional.empty() : host(text.substring(0, end)).map(host -> new Authority(host, port));
    }

    /** Whether there is nothing behind the host, or a colon and up to five digits. */
    private static boolean isPort(String text, int from) {
        if (text.length() - from > 6) return false;
        for (int i = from + 1; i < text.length(); i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') return false;
        }
        return true;
    }

    /** A name in lower case, as most are: no expression is needed for these. */
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

    /** In brackets the JDK takes a literal address or throws; it asks no name server. */
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
