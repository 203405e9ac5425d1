package io.github.changeover.dispatch;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * A path in the one form in which every server reads the same path. It is percent-decoded once, as UTF-8, and written anew: what a client wrote is never passed on.
 *
 * <pre>
 * /a%62/%7Ec;jsessionid=1     /ab/~c;jsessionid=1
 * </pre>
 *
 * <p>A path has no such form when some server would take it for another one: with an empty segment anywhere but at the end, a dot segment, an encoded slash or
 * semicolon, a backslash, a control character, invalid UTF-8, or parameters in another segment than the last. (Payara ends the path at the first semicolon, and
 * reads more than two dots at the beginning of a segment as two.)
 */
final class CanonicalPath {
    /** Not the plus sign, which Payara takes for a space. */
    private static final String PLAIN = "-._~!$&'()*,=:@";
    private static final char[] HEX = "0123456789ABCDEF".toCharArray();
    private final String decoded;
    private final String encoded;
    private final boolean parameters;

    private CanonicalPath(String decoded, String encoded, boolean parameters) {
        this.decoded = decoded;
        this.encoded = encoded;
        this.parameters = parameters;
    }

    /** The path that is written so; empty when it has no canonical form. Written with ASCII characters, a slash first. */
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
            encode(name, PLAIN, encoded.append('/'));
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

    /** A name, and perhaps a value behind the first equals sign. */
    private static boolean parameter(String written, StringBuilder to) {
        int equals = written.indexOf('=');
        String name = decode(equals < 0 ? written : written.substring(0, equals));
        String value = equals < 0 ? "" : decode(written.substring(equals + 1));
        if (name == null || value == null) return false;
        encode(name, PLAIN.replace("=", ""), to);
        if (equals >= 0) encode(value, PLAIN, to.append('='));
        return true;
    }

    /** Percent-decoded once; null for what is malformed, or holds a character that could be taken for a part of the path's structure. */
    private static String decode(String written) {
        ByteBuffer bytes = ByteBuffer.allocate(written.length());
        for (int i = 0; i < written.length(); i++) {
            char c = written.charAt(i);
            if (c == '%') {
                int high = i + 2 < written.length() ? Character.digit(written.charAt(i + 1), 16) : -1;
                int low = high < 0 ? -1 : Character.digit(written.charAt(i + 2), 16);
                if (low < 0) return null;
                bytes.put((byte) (high << 4 | low));
                i += 2;
            } else {
                bytes.put((byte) c);
            }
        }
        try {
            String text = StandardCharsets.UTF_8.newDecoder().decode(bytes.flip()).toString();       // reports what is malformed, overlong forms included
            return text.chars().anyMatch(c -> c == '/' || c == '\\' || c == ';' || Character.isISOControl(c)) ? null : text;
        } catch (CharacterCodingException malformed) {
            return null;
        }
    }

    private static void encode(String text, String unescaped, StringBuilder to) {
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            boolean plain = b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= '0' && b <= '9' || b > 0 && unescaped.indexOf(b) >= 0;
            if (plain) to.append((char) b);
            else to.append('%').append(HEX[b >> 4 & 15]).append(HEX[b & 15]);
        }
    }

    /** Decoded, without parameters: what a server maps to an application. */
    String decoded() {
        return decoded;
    }

    /** Written anew, with parameters: what is sent. */
    String encoded() {
        return encoded;
    }

    boolean hasParameters() {
        return parameters;
    }

    /** Whether the path is the context path, or below it with all its parameters. */
    boolean isWithin(String contextPath) {
        return contextPath.isEmpty() || decoded.startsWith(contextPath + "/") || decoded.equals(contextPath) && !parameters;
    }
}
