package io.github.changeover.http;

import java.util.Optional;

/**
 * Scans a field value, or one member of a list, by the lexical rules of RFC 9110 section 5.6: tokens, quoted strings, white space.
 *
 * <pre>
 * permessage-deflate; server_max_window_bits="10"
 * token               token                  quoted string
 * </pre>
 */
public final class FieldScanner {
    private final String value;
    private final int end;
    private int at;

    FieldScanner(String value, int start, int end) {
        this.value = value;
        this.at = start;
        this.end = end;
    }

    /** Returns the value without optional white space (only SP and HTAB, RFC 9110 section 5.6.3) at both ends. */
    public static String trim(String value) {
        int start = 0;
        int end = value.length();
        while (start < end && isWhiteSpace(value.charAt(start))) start++;
        while (end > start && isWhiteSpace(value.charAt(end - 1))) end--;
        return value.substring(start, end);
    }

    static boolean isWhiteSpace(char c) {
        return c == ' ' || c == '\t';
    }

    public boolean atEnd() {
        return at == end;
    }

    /** Returns whether this character is at the current position. */
    public boolean isAt(char c) {
        return at < end && value.charAt(at) == c;
    }

    /** Moves past this character if it is at the current position; returns whether it was. */
    public boolean skip(char c) {
        if (!isAt(c)) return false;
        at++;
        return true;
    }

    /** Moves past white space and returns whether there was any. */
    public boolean skipWhiteSpace() {
        int start = at;
        while (at < end && isWhiteSpace(value.charAt(at))) at++;
        return at > start;
    }

    /** Reads the token at the current position; empty if there is none. */
    public Optional<String> token() {
        int start = at;
        while (at < end && Token.isTokenCharacter(value.charAt(at))) at++;
        return start == at ? Optional.empty() : Optional.of(value.substring(start, at));
    }

    /** Reads the content of the quoted string at the current position, without its backslashes; empty if the closing quote is missing. */
    public Optional<String> quotedString() {
        if (!skip('"')) return Optional.empty();
        StringBuilder content = new StringBuilder();
        while (!atEnd()) {
            char c = value.charAt(at++);
            if (c == '"') return Optional.of(content.toString());
            if (c == '\\') {
                if (atEnd()) return Optional.empty();
                c = value.charAt(at++);
            }
            content.append(c);
        }
        return Optional.empty();
    }

    /** Reads the value of a parameter: a token, or the content of a quoted string. Empty if there is neither. */
    public Optional<String> tokenOrQuotedString() {
        return isAt('"') ? quotedString() : token();
    }

    /** Returns the position of the next comma outside quoted strings, or the end. */
    int endOfMember() {
        while (!atEnd() && !isAt(',')) {
            if (!isAt('"')) at++;
            else if (quotedString().isEmpty()) at = end;
        }
        return at;
    }
}
