package io.github.changeover.websocket;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
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
    private static final Pattern FORM = Pattern.compile("([A-Za-z0-9._~!$&'()+;=%-]{1,255}+|\\[[0-9A-Fa-f:.]{2,45}])(?::(\\d{0,5}))?");
    private static final Pattern LONE_PERCENT = Pattern.compile("%(?![0-9A-Fa-f]{2})");
    private static final int LAST_PORT = 65535;

    /** What a peer wrote, or empty when it is malformed. Nothing is looked up. */
    static Optional<Authority> parse(String text) {
        if (text.length() > 300) return Optional.empty();
        Matcher form = FORM.matcher(text);
        if (!form.matches()) return Optional.empty();
        String digits = form.group(2);
        OptionalInt port = digits == null || digits.isEmpty() ? OptionalInt.empty() : OptionalInt.of(Integer.parseInt(digits));
        if (port.orElse(0) > LAST_PORT) return Optional.empty();
        return host(form.group(1)).map(host -> new Authority(host, port));
    }

    private static Optional<String> host(String text) {
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
