package io.github.changeover.websocket;

import java.util.Optional;

/**
 * A walk over one field value by the lexical rules of RFC 9110 section 5.6: tokens, quoted strings, blanks.
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

    /** The value without the optional white space, SP and HTAB only, around it. */
    static String trim(String value) {
        int start = 0;
        int end = value.length();
        while (start < end && isBlank(value.charAt(start))) start++;
        while (end > start && isBlank(value.charAt(end - 1))) end--;
        return value.substring(start, end);
    }

    /** How far this has come. */
    int at() {
        return at;
    }

    /** Goes on at the comma, outside of quoted strings, that ends the list member that begins there, or at the end. */
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

    /** The token that begins here; empty when none does. */
    Optional<String> token() {
        int start = at;
        while (at < value.length() && isTchar(value.charAt(at))) at++;
        return start == at ? Optional.empty() : Optional.of(value.substring(start, at));
    }

    /** What the quoted string that begins here says, without its backslashes; empty when it does not end. */
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
