package io.github.changeover.websocket;

import java.util.Optional;

/**
 * Scans one field value by the lexical rules of RFC 9110 section 5.6: tokens, quoted strings, white space.
 *
 * <pre>
 * permessage-deflate; server_max_window_bits="10"
 * token               token                  quoted string
 * </pre>
 */
final class FieldScanner {
    private static final String MARKS = "!#$%&'*+-.^_`|~";
    private final String value;
    private int at;

    FieldScanner(String value) {
        this.value = value;
    }

    static boolean isToken(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (!isTchar(text.charAt(i))) return false;
        }
        return !text.isEmpty();
    }

    /** Returns the value without optional white space (only SP and HTAB) at both ends. */
    static String trim(String value) {
        int start = 0;
        int end = value.length();
        while (start < end && isBlank(value.charAt(start))) start++;
        while (end > start && isBlank(value.charAt(end - 1))) end--;
        return value.substring(start, end);
    }

    /** Returns the current position. */
    int at() {
        return at;
    }

    /** Moves to the end of the list member that starts at this position: the next comma outside quoted strings, or the end of the value. */
    void skipMember(int start) {
        at = start;
        while (!atEnd() && !sees(',')) {
            if (!sees('"')) at++;
            else if (quoted().isEmpty()) at = value.length();
        }
    }

    boolean atEnd() {
        return at == value.length();
    }

    boolean sees(char c) {
        return at < value.length() && value.charAt(at) == c;
    }

    boolean take(char c) {
        if (!sees(c)) return false;
        at++;
        return true;
    }

    void skipBlanks() {
        while (at < value.length() && isBlank(value.charAt(at))) at++;
    }

    /** Reads the token at the current position; empty if there is none. */
    Optional<String> token() {
        int start = at;
        while (at < value.length() && isTchar(value.charAt(at))) at++;
        return start == at ? Optional.empty() : Optional.of(value.substring(start, at));
    }

    /** Reads the content of the quoted string at the current position, without its backslashes; empty if the closing quote is missing. */
    Optional<String> quoted() {
        if (!take('"')) return Optional.empty();
        StringBuilder said = new StringBuilder();
        while (!atEnd()) {
            char c = value.charAt(at++);
            if (c == '"') return Optional.of(said.toString());
            if (c == '\\') {
                if (atEnd()) return Optional.empty();
                c = value.charAt(at++);
            }
            said.append(c);
        }
        return Optional.empty();
    }

    private static boolean isTchar(char c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || MARKS.indexOf(c) >= 0;
    }

    private static boolean isBlank(char c) {
        return c == ' ' || c == '\t';
    }
}
