package io.github.changeover.websocket;

import java.net.IDN;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Origins that are accepted in addition to the application's own: RFC 6455 section 10.2.
 *
 * <pre>
 * changeover.websocket.origins = https://app.example.org, https://*.example.com, http://device.example/, file://, null, "charger"
 * </pre>
 *
 * <p>An origin that consists of scheme, host and optional port is compared as an origin: case and an explicit default port make no difference. A wildcard
 * matches one or more whole labels: {@code https://*.example.com} matches {@code https://a.example.com} and {@code https://a.b.example.com}, but neither
 * {@code https://example.com} nor {@code https://evilexample.com}. Scheme and port must always match exactly. Names may be written in Unicode.
 *
 * <p>Every other entry is literal and is compared character by character with the value that the client sends: a value with a path or only a slash after
 * the host, {@code file://}, {@code null}, and every value in quotes. {@code *} accepts every Origin. A page of any site can send {@code null} from a
 * sandboxed frame, so {@link #warning} returns a warning for {@code null} and {@code *}.
 */
public final class AllowedOrigins {
    /** Accepts no origin except the application's own. */
    public static final AllowedOrigins NONE = new AllowedOrigins(List.of(), List.of(), false);
    private static final String ANY = "*";
    private static final String OPAQUE = "null";
    private static final String WILDCARD = "*.";

    /** Matches exactly this origin or, if {@code below} is true, only the origins whose host is a subdomain of this host. */
    private record Pattern(Origin origin, boolean subdomains) {
        boolean matches(Origin other) {
            if (!subdomains) return origin.equals(other);
            return origin.scheme().equals(other.scheme()) && origin.port().equals(other.port())
                    && other.host().length() > origin.host().length() + 1 && other.host().endsWith('.' + origin.host());
        }

        @Override
        public String toString() {
            return subdomains ? origin.toString().replaceFirst("://", "://*.") : origin.toString();
        }
    }

    private final List<Pattern> patterns;
    private final List<String> literals;
    private final boolean any;

    private AllowedOrigins(List<Pattern> patterns, List<String> literals, boolean any) {
        this.patterns = List.copyOf(patterns);
        this.literals = List.copyOf(literals);
        this.any = any;
    }

    /**
     * Parses the entries of the list.
     *
     * @throws IllegalArgumentException if an entry is neither an origin, nor a wildcard, nor a literal value; the message explains what to write
     */
    public static AllowedOrigins of(List<String> texts) {
        List<Pattern> patterns = new ArrayList<>();
        Set<String> literals = new HashSet<>();
        boolean any = false;
        for (String text : texts) {
            Optional<String> literal = literal(text);
            if (text.equals(ANY)) any = true;
            else if (literal.isPresent()) literals.add(literal.get());
            else patterns.add(pattern(text));
        }
        return new AllowedOrigins(patterns, literals.stream().sorted().toList(), any);
    }

    /**
     * Whether this list accepts the origin.
     *
     * @param sent the value of {@code Origin}, without white space around it
     */
    public boolean contains(String sent) {
        if (any || literals.contains(sent)) return true;
        if (patterns.isEmpty()) return false;
        Optional<Origin> origin = Origin.parse(sent);
        return origin.isPresent() && contains(origin.get());
    }

    private boolean contains(Origin origin) {
        for (Pattern pattern : patterns) {
            if (pattern.matches(origin)) return true;
        }
        return false;
    }

    /** Returns a sentence that warns the operator about this list; empty if no warning is needed. */
    public Optional<String> warning() {
        if (any) return Optional.of("* accepts every Origin: pages of any site can open WebSocket connections with the user's cookies. Authenticate users in another way, or list the origins.");
        return literals.contains(OPAQUE) ? Optional.of("null is an Origin that pages of any site can send, from a sandboxed frame, with the user's cookies. Authenticate users in another way.")
                : Optional.empty();
    }

    /** Returns the value, without its quotes, if it is compared literally. */
    private static Optional<String> literal(String text) {
        if (text.equals(OPAQUE)) return Optional.of(text);
        if (text.length() > 2 && text.startsWith("\"") && text.endsWith("\"")) {
            String quoted = text.substring(1, text.length() - 1);
            if (!quoted.chars().allMatch(c -> c > 0x20 && c < 0x7f && c != '"')) throw invalidOrigin(text, "quote only printable ASCII without spaces: no client sends another Origin");
            return Optional.of(quoted);
        }
        int authority = text.indexOf("://") + 3;
        if (authority < 3 || text.chars().anyMatch(c -> c <= 0x20 || c >= 0x7f || c == '*')) return Optional.empty();
        Optional<Origin> before = Origin.parse(text.substring(0, path(text, authority)));
        if (authority == text.length() || text.charAt(authority) == '/') return isWeb(text) ? Optional.empty() : Optional.of(text);     // file://, file:///
        return path(text, authority) < text.length() && before.isPresent() && !isWebSocket(text) ? Optional.of(text) : Optional.empty();
    }

    private static int path(String text, int authority) {
        int slash = text.indexOf('/', authority);
        return slash < 0 ? text.length() : slash;
    }

    private static boolean isWeb(String text) {
        return text.regionMatches(true, 0, "http://", 0, 7) || text.regionMatches(true, 0, "https://", 0, 8) || isWebSocket(text);
    }

    private static boolean isWebSocket(String text) {
        return text.regionMatches(true, 0, "ws://", 0, 5) || text.regionMatches(true, 0, "wss://", 0, 6);
    }

    private static Pattern pattern(String text) {
        int start = text.indexOf("://") + 3;
        if (start < 3) throw invalidOrigin(text, "write scheme, host and an optional port, such as https://example.com:8443; or what the client sends in quotes, such as \"charger\"");
        if (isWebSocket(text)) throw invalidOrigin(text, "write the page's scheme, http or https; or the value in quotes, if a client sends just this");
        String scheme = text.substring(0, start - 3);
        boolean below = text.startsWith(WILDCARD, start);
        String authority = text.substring(below ? start + WILDCARD.length() : start);
        if (authority.indexOf('*') >= 0) throw invalidOrigin(text, "use * only as the whole first label, such as https://*.example.com");
        Optional<Origin> origin = Origin.parse(scheme + "://" + ascii(text, authority));
        if (origin.isEmpty()) throw invalidOrigin(text, "write scheme, host and an optional port; or what the client sends in quotes");
        if (below && !isName(origin.get().host())) throw invalidOrigin(text, "write a name of at least two labels after *., such as https://*.example.com");
        return new Pattern(origin.get(), below);
    }

    /** Converts the host to the ASCII form that a browser sends: RFC 6454 section 6.2. */
    private static String ascii(String text, String authority) {
        if (authority.startsWith("[")) return authority;
        int colon = authority.indexOf(':');
        String host = colon < 0 ? authority : authority.substring(0, colon);
        try {
            return IDN.toASCII(host, IDN.ALLOW_UNASSIGNED) + authority.substring(host.length());
        } catch (IllegalArgumentException noName) {
            throw invalidOrigin(text, "write a host name");
        }
    }

    private static boolean isName(String host) {
        boolean numeric = host.matches("[\\d.]+");
        return !numeric && host.matches("[^.\\[]+(\\.[^.]+)+");
    }

    private static IllegalArgumentException invalidOrigin(String text, String advice) {
        return new IllegalArgumentException("Not an origin: '" + text + "'. Please " + advice);
    }

    @Override
    public String toString() {
        List<String> all = new ArrayList<>(patterns.stream().map(Pattern::toString).toList());
        all.addAll(literals);
        if (any) all.add(ANY);
        return all.toString();
    }
}
