package io.github.changeover.websocket.engine;

import io.github.changeover.http.AsciiSet;
import io.github.changeover.http.PathSegment;
import io.github.changeover.http.PercentEncoding;
import jakarta.servlet.http.HttpServletRequest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The target of a request as the client sent it, and its parts, each decoded once: RFC 3986 sections 2.4 and 3.
 *
 * <pre>
 * /app/p/a%3Bb;v=1?z=%26&amp;u=100%      p = a;b      z = &amp;      u = 100%
 * </pre>
 *
 * <p>A part is not decoded if its percent-encoding is malformed or does not encode UTF-8.
 *
 * @param path  starts with the context path and includes path parameters
 * @param query without the question mark, or empty
 */
record RequestTarget(String path, String query) {
    private static final AsciiSet IN_PATH = AsciiSet.UNRESERVED.plus("!'()*:@&=+$,;/"), IN_QUERY = IN_PATH.plus("?[]");
    private static final AsciiSet NONE = AsciiSet.of("");

    static RequestTarget of(HttpServletRequest request) {
        String target = request.getRequestURI(), query = request.getQueryString();
        int authority = target.startsWith("/") ? -1 : target.indexOf("://");
        int slash = authority < 0 ? 0 : target.indexOf('/', authority + 3);
        return new RequestTarget(slash < 0 ? "/" : target.substring(slash), query == null ? "" : query);
    }

    /** Returns the path. Characters that a URI must not contain are percent-encoded. */
    String uriPath() {
        return encoded(path, IN_PATH);
    }

    /** Returns the query. Characters that a URI must not contain are percent-encoded. */
    String uriQuery() {
        return encoded(query, IN_QUERY);
    }

    /**
     * Returns the parameters of the query, decoded as form data: names and values in their order, a plus sign is a space. A parameter without a name is
     * omitted.
     */
    Map<String, List<String>> parameters() {
        if (query.isEmpty()) return Map.of();
        Map<String, List<String>> parameters = new LinkedHashMap<>();
        for (String pair : query.split("&")) {
            int equals = pair.indexOf('=');
            String name = form(equals < 0 ? pair : pair.substring(0, equals));
            if (!name.isEmpty()) parameters.computeIfAbsent(name, none -> new ArrayList<>(1)).add(equals < 0 ? "" : form(pair.substring(equals + 1)));
        }
        return parameters;
    }

    /**
     * Returns the values of a template's variables.
     *
     * @param contextPath the context path of the application
     * @param template    each of its segments is either text or a variable in braces
     * @param seen        the path within the application as decoded by the container, to which the rules were applied
     * @return empty if this target does not match {@code seen}, because a filter has changed the path
     */
    Optional<Map<String, String>> variables(String contextPath, String template, String seen) {
        String inside = within(contextPath);
        if (inside.equals(template) && inside.equals(seen) && isPlain(inside)) return Optional.of(Map.of());
        String[] raw = inside.split("/", -1);
        String[] decoded = seen.split("/", -1);
        String[] names = template.split("/", -1);
        if (raw.length != decoded.length || names.length != decoded.length) return Optional.empty();
        Map<String, String> values = new HashMap<>();
        for (int i = 0; i < raw.length; i++) {
            String value = decoded(PathSegment.withoutParameters(raw[i]));
            if (!isSeenAs(value, decoded[i])) return Optional.empty();
            if (names[i].startsWith("{") && names[i].endsWith("}")) values.put(names[i].substring(1, names[i].length() - 1), value);
        }
        return Optional.of(values);
    }

    /** Returns whether the path has no escape, no path parameter and, as a template, no variable. */
    private static boolean isPlain(String path) {
        return path.indexOf('%') < 0 && path.indexOf(';') < 0 && path.indexOf('{') < 0;
    }

    /**
     * Returns a part of the path that servers interpret differently, if it changes the meaning of this path; otherwise empty.
     *
     * @param seen as in {@link #variables}
     */
    Optional<String> ambiguity(String contextPath, String seen) {
        if (path.indexOf('%') < 0) return Optional.empty();
        String inside = within(contextPath);
        String upper = inside.toUpperCase(Locale.ROOT);
        if (upper.contains("%2F")) return Optional.of("%2F");
        // Grizzly ends the path at an encoded semicolon.
        return upper.contains("%3B") && inside.split("/", -1).length > seen.split("/", -1).length ? Optional.of("%3B") : Optional.empty();
    }

    /** Returns the path after the context path. The context path has the same number of segments in any encoding. */
    private String within(String contextPath) {
        if (path.startsWith(contextPath)) return path.substring(contextPath.length());
        int at = 0;
        for (int slash = contextPath.indexOf('/'); slash >= 0 && at >= 0; slash = contextPath.indexOf('/', slash + 1)) at = path.indexOf('/', at + 1);
        return at < 0 ? "" : path.substring(at);
    }

    /**
     * Whether the container may have decoded the value to {@code seen}. Containers differ: Grizzly decodes a plus sign as a space and ends the path at an
     * encoded semicolon.
     */
    private static boolean isSeenAs(String value, String seen) {
        if (value.equals(seen)) return true;
        String loose = seen.replace('+', ' ');
        String spaces = value.replace('+', ' ');
        return spaces.equals(loose) || PathSegment.withoutParameters(spaces).equals(loose);
    }

    private static String form(String text) {
        String spaces = text.replace('+', ' ');
        return PercentEncoding.decode(spaces).orElse(spaces.indexOf('%') >= 0 ? text : spaces);
    }

    /** Percent-decodes the text. Returns the text itself if it is malformed. */
    static String decoded(String text) {
        return PercentEncoding.decode(text).orElse(text);       // a container represents a byte that is not ASCII as one character
    }

    private static String encoded(String text, AsciiSet legal) {
        StringBuilder encoded = null;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean keep = c == '%' ? PercentEncoding.isEscape(text, i) : legal.contains(c);
            if (!keep && encoded == null) encoded = new StringBuilder(text.length() + 16).append(text, 0, i);
            if (encoded == null) continue;
            if (keep) encoded.append(c);
            else if (c <= 0xff) PercentEncoding.encode(c, encoded);
            else i += encodeUtf8(text, i, encoded);
        }
        return encoded == null ? text : encoded.toString();
    }

    /** Appends the percent-encoded character at this index. Returns 1 if it is a surrogate pair, otherwise 0. */
    private static int encodeUtf8(String text, int at, StringBuilder into) {
        int count = Character.charCount(text.codePointAt(at));
        PercentEncoding.encode(text.substring(at, at + count), NONE, into);
        return count - 1;
    }
}
