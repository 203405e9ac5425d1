package io.github.changeover.loopback;

import io.github.changeover.http.AsciiSet;
import io.github.changeover.http.PercentEncoding;
import java.util.Optional;

/**
 * A path in a canonical form that every server reads in the same way. The path is percent-decoded once, as UTF-8, and encoded again. The
 * client's own spelling is never forwarded.
 *
 * <pre>
 * /a%62/%7Ec;jsessionid=1     /ab/~c;jsessionid=1
 * </pre>
 *
 * <p>A path has no canonical form if some server would read it as a different path. This applies to an empty segment that is not the last
 * one, a dot segment, an encoded slash or semicolon, a backslash, a control character, invalid UTF-8, and parameters in a segment that is
 * not the last one. (Payara ends the path at the first semicolon, and reads more than two dots at the beginning of a segment as two dots.)
 */
final class CanonicalPath {
    /** The plus sign is not included, because Payara reads it as a space. */
    private static final AsciiSet IN_NAME = AsciiSet.UNRESERVED.plus("!$&'()*,:@");
    private static final AsciiSet PLAIN = IN_NAME.plus("=");
    private final String decoded;
    private final String encoded;
    private final boolean parameters;

    private CanonicalPath(String decoded, String encoded, boolean parameters) {
        this.decoded = decoded;
        this.encoded = encoded;
        this.parameters = parameters;
    }

    /** Parses a path. The result is empty if it has no canonical form. The text must be ASCII and start with a slash. */
    static Optional<CanonicalPath> parse(String written) {
        StringBuilder decoded = new StringBuilder(written.length());
        StringBuilder encoded = new StringBuilder(written.length());
        boolean parameters = false;
        String[] segments = written.substring(1).split("/", -1);
        for (int i = 0; i < segments.length; i++) {
            boolean last = i == segments.length - 1;
            String[] parts = segments[i].split(";", -1);
            if (parts.length > 1 && !last) return Optional.empty();
            String name = decode(parts[0]);
            if (name == null || name.isEmpty() && !last || isDots(name)) return Optional.empty();
            decoded.append('/').append(name);
            PercentEncoding.encode(name, PLAIN, encoded.append('/'));
            for (int part = 1; part < parts.length; part++) {
                if (parts[part].isEmpty()) continue;
                if (!parameter(parts[part], encoded.append(';'))) return Optional.empty();
                parameters = true;
            }
        }
        return Optional.of(new CanonicalPath(decoded.toString(), encoded.toString(), parameters));
    }

    private static boolean isDots(String name) {
        return name.equals(".") || name.equals("..") || name.startsWith("...");
    }

    /** Parses a name with an optional value after the first equals sign. */
    private static boolean parameter(String written, StringBuilder to) {
        int equals = written.indexOf('=');
        String name = decode(equals < 0 ? written : written.substring(0, equals));
        String value = equals < 0 ? "" : decode(written.substring(equals + 1));
        if (name == null || value == null) return false;
        PercentEncoding.encode(name, IN_NAME, to);
        if (equals >= 0) PercentEncoding.encode(value, PLAIN, to.append('='));
        return true;
    }

    /**
     * Decodes percent-encoding once. Returns null if the text is malformed or contains a character that could be read as part of the path's
     * structure.
     */
    private static String decode(String written) {
        return PercentEncoding.decode(written).filter(text -> text.chars().noneMatch(c -> c == '/' || c == '\\' || c == ';' || Character.isISOControl(c))).orElse(null);
    }

    /** Returns the decoded path without parameters, which a server maps to an application. */
    String decoded() {
        return decoded;
    }

    /** Returns the newly encoded path with parameters, which is sent. */
    String encoded() {
        return encoded;
    }

    boolean hasParameters() {
        return parameters;
    }

    /** Returns whether the path is the context path without parameters, or is below it. */
    boolean isWithin(String contextPath) {
        return contextPath.isEmpty() || decoded.startsWith(contextPath + "/") || decoded.equals(contextPath) && !parameters;
    }
}
