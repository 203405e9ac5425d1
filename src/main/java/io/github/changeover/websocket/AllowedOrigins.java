package io.github.changeover.websocket;

import java.net.IDN;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Origins that are let in beside the request's own: RFC 6455 section 10.2.
 *
 * <pre>
 * changeover.websocket.origins = https://app.example.org, https://*.example.com
 * </pre>
 *
 * <p>A wildcard stands for one or more whole labels: {@code https://*.example.com} is {@code https://a.example.com} and
 * {@code https://a.b.example.com}, and neither {@code https://example.com} nor {@code https://evilexample.com}. Scheme and
 * port are always exact. Names may be written in Unicode.
 */
public final class AllowedOrigins {
    /** None but the request's own. */
    public static final AllowedOrigins NONE = new AllowedOrigins(List.of());
    private static final String WILDCARD = "*.";

    /** Exactly this origin, or with {@code below} those whose host ends with a dot and this one's host. */
    private record Pattern(Origin origin, boolean below) {
        boolean matches(Origin other) {
            if (!below) return origin.equals(other);
            return origin.scheme().equals(other.scheme()) && origin.port().equals(other.port())
                    && other.host().length() > origin.host().length() + 1 && other.host().endsWith('.' + origin.host());
        }

        @Override
        public String toString() {
            return below ? origin.toString().replaceFirst("://", "://*.") : origin.toString();
        }
    }

    private final List<Pattern> patterns;

    private AllowedOrigins(List<Pattern> patterns) {
        this.patterns = patterns;
    }

    /** @throws IllegalArgumentException when one is neither an origin nor a wildcard */
    public static AllowedOrigins of(List<String> texts) {
        List<Pattern> patterns = new ArrayList<>();
        for (String text : texts) patterns.add(pattern(text));
        return new AllowedOrigins(List.copyOf(patterns));
    }

    public boolean contains(Origin origin) {
        for (Pattern pattern : patterns) {
            if (pattern.matches(origin)) return true;
        }
        return false;
    }

    private static Pattern pattern(String text) {
        if (text.equals("null")) throw wrong(text, "name real origins; pages without one are never let in");
        int start = text.indexOf("://") + 3;
        if (start < 3) throw wrong(text, "write scheme, host and perhaps port, such as https://example.com:8443");
        String scheme = text.substring(0, start - 3);
        if (scheme.equalsIgnoreCase("ws") || scheme.equalsIgnoreCase("wss")) throw wrong(text, "write the page's scheme, http or https");
        boolean below = text.startsWith(WILDCARD, start);
        String authority = text.substring(below ? start + WILDCARD.length() : start);
        if (authority.indexOf('*') >= 0) throw wrong(text, "let * be the whole first label, such as https://*.example.com");
        Optional<Origin> origin = Origin.parse(scheme + "://" + ascii(text, authority));
        if (origin.isEmpty()) throw wrong(text, "write scheme, host and perhaps port, and nothing behind them, not even a slash");
        if (below && !isName(origin.get().host())) throw wrong(text, "write a name of at least two labels behind *., such as https://*.example.com");
        return new Pattern(origin.get(), below);
    }

    /** As a browser sends it: RFC 6454 section 6.2. */
    private static String ascii(String text, String authority) {
        if (authority.startsWith("[")) return authority;
        int colon = authority.indexOf(':');
        String host = colon < 0 ? authority : authority.substring(0, colon);
        try {
            return IDN.toASCII(host, IDN.ALLOW_UNASSIGNED) + authority.substring(host.length());
        } catch (IllegalArgumentException noName) {
            throw wrong(text, "write a host name");
        }
    }

    private static boolean isName(String host) {
        boolean numeric = host.matches("[\\d.]+");
        return !numeric && host.matches("[^.\\[]+(\\.[^.]+)+");
    }

    private static IllegalArgumentException wrong(String text, String advice) {
        return new IllegalArgumentException("Not an origin: '" + text + "'. Please " + advice);
    }

    @Override
    public String toString() {
        return patterns.toString();
    }
}
