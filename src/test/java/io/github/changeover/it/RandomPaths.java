package io.github.changeover.it;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Generates paths as a hostile client writes them: disguised paths of other applications, and segments in any order. All of them are valid in a
 * request line.
 */
final class RandomPaths {
    private static final String[] SEGMENTS = {
        "app", "app2", "other", "admin", "page", "app/admin", "..", ".", "", "%2e%2e", "%2E", ".%2e", "%2e.", "..;", "..;x=y", ";x", ";", ";..", ".;x", "%2f", "%2F", "%5c", "\\", "..\\other",
        "%00", "%252e%252e", "%252f", "%25", "%c0%ae%c0%ae", "%c0%af", "%e0%80%af", "%f0%80%80%af", "%3b", "%3Bx", "a%2fb", "APP", "Other", "%61pp", "ot%68er", "other%2fpage", "other;x", "other%3bx",
        "app;jsessionid=1", "admin;x", "admin%3b", "%20", "+", "~", "%c3%a9", "%ff", "%", "%zz", "%u002e%u002e", "*", "..%2f", "..%5c", "%09", "%0a", "%0d%0a", "%7f", "%c2%85", "%23", "%3f", "%23%231",
        "app%23%231", "$", "@", ":", "other:80", "!", "'", "(x)", "other.", "other..", "...", "....", ".....", "...x", "x...", "%2e%2e%2e%2e", "....;x", "..x", "+", "other+page", "app2%20", "page;a=b;c=d", "page;v=%2e%2e", "page;v=%2f", "x;/..", "x;/../other", "%EF%BC%8F", "%E2%88%95", "%ef%bc%8e%ef%bc%8e"};
    private static final String[] PLAIN = {"app", "app2", "other", "admin", "page", "x"};
    private static final String[] TARGETS = {"/other/page", "/app2/page", "/app/admin/page", "/other", "/app/admin", "/app2", "/other/", "/index.html", "/app/page", "/"};
    private static final String[] SPLITS = {"//", "///", "/./", "/%2e/", "/x/../", "/x/..;/", "/;/", "/;x/", "\\", "%2f", "/x;/../", "/%2e%2e/", "/x/..../", "/x/.../", "/..../"};
    private final Random random;

    RandomPaths(long seed) {
        random = new Random(seed);
    }

    List<String> next(int count) {
        List<String> all = new ArrayList<>();
        while (all.size() < count) all.add(random.nextBoolean() ? segments() : disguisedPath());
        return all;
    }

    private <T> T any(T[] of) {
        return of[random.nextInt(of.length)];
    }

    private String segments() {
        StringBuilder path = new StringBuilder(random.nextInt(3) > 0 ? "/" : any(new String[] {"//", "///", "/app/", "/app//", "/./", "/;x/", "/app/.."}));
        for (int i = random.nextInt(5); i >= 0; i--) path.append(random.nextBoolean() ? any(PLAIN) : any(SEGMENTS)).append(i > 0 ? random.nextInt(3) > 0 ? "/" : any(SPLITS) : "");
        return query(path);
    }

    /** The path of an application with one to four changes that some servers undo. */
    private String disguisedPath() {
        StringBuilder path = new StringBuilder(any(TARGETS));
        for (int i = random.nextInt(4); i >= 0; i--) disguise(path);
        return query(path);
    }

    private void disguise(StringBuilder path) {
        int at = random.nextInt(path.length());
        char c = path.charAt(at);
        int slash = path.indexOf("/", at);
        int end = slash > 0 ? slash : path.length();
        switch (random.nextInt(10)) {
            case 0 -> path.replace(at, at + 1, String.format("%%%02x", (int) c));
            case 1 -> path.replace(at, at + 1, String.format("%%%02X", (int) c));
            case 2 -> path.replace(at, at + 1, String.format("%%25%02x", (int) c));
            case 3 -> path.insert(end, any(new String[] {";", ";x", ";x=y", ";jsessionid=1", ";..", ";a=%2e%2e", "%3b", "%3bx"}));
            case 4 -> path.insert(end, any(SPLITS));
            case 5 -> path.insert(0, any(new String[] {"/", "//", "/.", "/x/..", "/app", "/app/..", "/%2e", "/;", "/app/..;", "/app/%2e%2e", "/app/x/../..", "/app/....", "/x/....", "/app/x/.../..."}));
            case 6 -> path.setCharAt(at, Character.isLetter(c) ? Character.toUpperCase(c) : c);
            case 7 -> path.replace(at, at + 1, String.format("%%c0%%%02x", 0x80 | c & 0x3f));
            case 8 -> path.append(any(new String[] {"/", "/.", "/..", "/.;", "%20", ".", "/%2e", "%00", "/x/.."}));
            default -> path.insert(at, any(SEGMENTS));
        }
        if (path.charAt(0) != '/') path.insert(0, '/');
    }

    private String query(StringBuilder path) {
        return random.nextInt(6) > 0 ? path.toString() : path.append(any(new String[] {"?", "?a=b", "?/other/page", "?..", "?;x", "?%2e%2e%2f", "??", "?a=%00"})).toString();
    }
}
