package io.github.changeover.negotiation;

import io.github.changeover.http.PathSegment;
import java.util.regex.Pattern;

/**
 * Normalizes different spellings of one path. Containers decode a path and resolve most of these spellings, but not every container
 * resolves all of them. An application may treat the remaining ones as the same path.
 *
 * <pre>
 * /secure/  //secure  /secure;a=b  /x/../secure  /./secure  \secure  /%2E/secure        all become /secure
 * </pre>
 */
final class PathSpelling {
    private static final Pattern SLASH = Pattern.compile("\\\\|%2F|%5C", Pattern.CASE_INSENSITIVE);
    private static final Pattern DOT = Pattern.compile("%2E", Pattern.CASE_INSENSITIVE);
    private static final Pattern SEMICOLON = Pattern.compile("%3B", Pattern.CASE_INSENSITIVE);

    private PathSpelling() {
    }

    /**
     * Returns the path without a trailing slash, empty segments, path parameters, backslashes and dot segments, and without encoded forms
     * of these that the container did not decode. Allocates nothing for a path that has none of them.
     *
     * @param path decoded, relative to the application
     */
    static String canonical(String path) {
        return isCanonical(path) ? path : rebuilt(path);
    }

    private static boolean isCanonical(String path) {
        int length = path.length();
        for (int i = 0; i < length; i++) {
            char c = path.charAt(i);
            if (c == ';' || c == '\\' || c == '%') return false;
            if (c == '/' && i + 1 < length && (path.charAt(i + 1) == '/' || path.charAt(i + 1) == '.')) return false;
        }
        return length == 1 || length > 1 && path.charAt(length - 1) != '/';
    }

    private static String rebuilt(String path) {
        String decoded = path.indexOf('%') < 0 ? path : SEMICOLON.matcher(DOT.matcher(path).replaceAll(".")).replaceAll(";");
        StringBuilder built = new StringBuilder(path.length());
        for (String raw : SLASH.matcher(decoded).replaceAll("/").split("/")) {
            String segment = PathSegment.withoutParameters(raw);
            if (segment.isEmpty() || segment.equals(".")) continue;
            if (segment.equals("..")) built.setLength(Math.max(0, built.lastIndexOf("/")));
            else built.append('/').append(segment);
        }
        return built.isEmpty() ? "/" : built.toString();
    }
}
