package io.github.changeover.negotiation;

import io.github.changeover.http.PrintableText;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A pattern for the paths that a rule matches. It is compared with the decoded path relative to the application. RFC 9110 section 7.8 lets
 * each resource choose its protocols.
 *
 * <pre>
 * /echo            this path             /          the root
 * /lines/{room}    one segment, not empty: /lines/tea, room = tea
 * /lines/*         as in a servlet mapping: /lines, /lines/ and all paths below, * = the rest without its slash
 * /*               all paths, and OPTIONS * if the container passes it to an application
 * </pre>
 *
 * <p>A trailing slash is significant, except for a rule that is set to required ({@link PathPolicy#match}). The container handles path
 * parameters ({@code ;a=b}). The natural order is the order of precedence, segment by segment: literal text, then a variable, then the end,
 * then {@code *}. Templates that match the same paths are equal, even if their variables have different names.
 */
public final class PathTemplate implements Comparable<PathTemplate> {
    /** The key of the value that matches {@code *} in the result of {@link #match}. */
    public static final String REST = "*";

    private static final Optional<Map<String, String>> NO_VALUES = Optional.of(Map.of());

    /** The target of {@code OPTIONS *} (RFC 9112 section 3.2.4). */
    private static final String SERVER = "*";

    private final String text;
    private final List<Segment> segments;
    private final boolean rest;
    private final boolean hasNoValues;

    /** One segment. {@code text} is the literal text or the name of the variable. */
    private record Segment(String text, boolean variable) {
        int rank() {
            return variable ? 1 : 0;
        }

        /** Returns the part that is the same for two equal templates. */
        String shape() {
            return variable ? "" : text;
        }
    }

    private PathTemplate(String text, List<Segment> segments, boolean rest) {
        this.text = text;
        this.segments = List.copyOf(segments);
        this.rest = rest;
        this.hasNoValues = !rest && segments.stream().noneMatch(Segment::variable);
    }

    /** @throws IllegalArgumentException if the text is not a valid template; the message describes the correct form */
    public static PathTemplate of(String text) {
        if (!text.startsWith("/")) throw wrong(text, "begin it with a slash, such as /echo");
        List<Segment> segments = new ArrayList<>();
        for (int start = 1; ; ) {
            int slash = text.indexOf('/', start);
            int end = slash < 0 ? text.length() : slash;
            String segment = text.substring(start, end);
            if (segment.equals("*") && slash < 0) return new PathTemplate(text, segments, true);
            segments.add(segment(text, segment, slash < 0, segments));
            if (slash < 0) return new PathTemplate(text, segments, false);
            start = slash + 1;
        }
    }

    private static Segment segment(String text, String segment, boolean last, List<Segment> before) {
        if (segment.isEmpty() && !last) throw wrong(text, "write one slash between segments");
        if (segment.equals(".") || segment.equals("..")) throw wrong(text, "remove . and .. segments, which containers resolve");
        if (segment.startsWith("{") && segment.endsWith("}")) {
            Segment variable = new Segment(segment.substring(1, segment.length() - 1), true);
            if (!isName(variable.text)) throw wrong(text, "name a variable with letters, digits, '_' or '-', such as {room}");
            if (before.contains(variable)) throw wrong(text, "use a different name for each variable");
            return variable;
        }
        for (int i = 0; i < segment.length(); i++) {
            switch (segment.charAt(i)) {
                case '{', '}' -> throw wrong(text, "use a variable as a whole segment, such as /lines/{room}");
                case '*' -> throw wrong(text, "use * only as the whole last segment, such as /lines/*");
                case '?', '#', ';' -> throw wrong(text, "write the path only, without query, fragment or path parameters");
                case '%' -> throw wrong(text, "write the path decoded, as the application sees it");
                default -> { }
            }
        }
        return new Segment(segment, false);
    }

    private static boolean isName(String name) {
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            boolean word = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '-';
            if (!word) return false;
        }
        return !name.isEmpty();
    }

    private static IllegalArgumentException wrong(String text, String advice) {
        return new IllegalArgumentException("Not a path template: '" + PrintableText.of(text) + "'. Please " + advice);
    }

    /** Returns whether this template matches the path. Allocates nothing. */
    public boolean matches(String path) {
        return matchSegments(path, null);
    }

    /**
     * Returns whether this template matches the path or another spelling of it that an application may treat as the same path, such as one
     * with a trailing slash.
     */
    public boolean matchesAnySpelling(String path) {
        return matches(path) || matchesCanonical(PathSpelling.canonical(path));
    }

    /** Returns whether this template matches every path that the other template matches. */
    public boolean covers(PathTemplate that) {
        if (that.segments.size() < segments.size() || !rest && (that.rest || that.segments.size() > segments.size())) return false;
        for (int i = 0; i < segments.size(); i++) {
            Segment own = segments.get(i);
            Segment other = that.segments.get(i);
            boolean inside = own.variable ? other.variable || !other.text.isEmpty() : !other.variable && other.text.equals(own.text);
            if (!inside) return false;
        }
        return true;
    }

    /** Returns whether this template matches a path in canonical form ({@link PathSpelling}), ignoring a trailing slash of the template. */
    boolean matchesCanonical(String canonical) {
        return matchSegments(canonical, null) || endsWithSlash() && matchSegments(canonical + '/', null);
    }

    /** Returns the values for a path for which {@link #matchesCanonical} is true. */
    Map<String, String> valuesOfCanonical(String canonical) {
        return match(canonical).or(() -> match(canonical + '/')).orElseThrow();
    }

    private boolean endsWithSlash() {
        return !rest && segments.size() > 1 && segments.get(segments.size() - 1).text.isEmpty();
    }

    /** Returns the values for a path that this template matches. */
    Map<String, String> values(String path) {
        return hasNoValues ? Map.of() : match(path).orElseThrow();
    }

    /** Returns the values of the variables and of {@code *}. The result is empty if the path does not match. */
    public Optional<Map<String, String>> match(String path) {
        if (hasNoValues) return matches(path) ? NO_VALUES : Optional.empty();
        Map<String, String> values = new HashMap<>();
        return matchSegments(path, values) ? Optional.of(Map.copyOf(values)) : Optional.empty();
    }

    /** Matches the path and puts the values into the map, unless the map is null. */
    private boolean matchSegments(String path, Map<String, String> values) {
        int at = 0;
        if (rest && segments.isEmpty() && path.equals(SERVER)) at = path.length();
        for (int i = 0; i < segments.size(); i++) {
            Segment segment = segments.get(i);
            if (at >= path.length() || path.charAt(at) != '/') return false;
            int start = at + 1;
            int slash = path.indexOf('/', start);
            at = slash < 0 ? path.length() : slash;
            if (!segment.variable) {
                if (at - start != segment.text.length() || !path.startsWith(segment.text, start)) return false;
            } else {
                if (at == start) return false;
                if (values != null) values.put(segment.text, path.substring(start, at));
            }
        }
        if (!rest) return at == path.length();
        if (at < path.length() && path.charAt(at) != '/') return false;
        if (values != null) values.put(REST, at < path.length() ? path.substring(at + 1) : "");
        return true;
    }

    @Override
    public int compareTo(PathTemplate that) {
        for (int i = 0; ; i++) {
            int order = Integer.compare(rank(i), that.rank(i));
            if (order != 0 || i >= segments.size()) return order;
            order = segments.get(i).shape().compareTo(that.segments.get(i).shape());
            if (order != 0) return order;
        }
    }

    private int rank(int index) {
        if (index < segments.size()) return segments.get(index).rank();
        return rest ? 3 : 2;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof PathTemplate that && compareTo(that) == 0;
    }

    @Override
    public int hashCode() {
        int hash = Boolean.hashCode(rest);
        for (Segment segment : segments) hash = 31 * hash + segment.shape().hashCode();
        return hash;
    }

    /** Returns the template as written. */
    @Override
    public String toString() {
        return text;
    }
}
