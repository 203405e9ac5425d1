package io.github.changeover.http;

/** A token: the syntax of the names of fields, methods and protocols. RFC 9110 section 5.6.2. */
public final class Token {
    private static final AsciiSet TCHAR = AsciiSet.LETTERS_AND_DIGITS.plus("!#$%&'*+-.^_`|~");

    private Token() {
    }

    /** Returns whether the text is a token: not empty, and no other characters. */
    public static boolean isToken(String text) {
        return !text.isEmpty() && TCHAR.containsAll(text);
    }

    static boolean isTokenCharacter(char c) {
        return TCHAR.contains(c);
    }

    /** Returns the letter in lower case. Handles ASCII only, because a token has no other letters. */
    static char lower(char c) {
        return c >= 'A' && c <= 'Z' ? (char) (c + 'a' - 'A') : c;
    }
}
