package io.github.changeover.http;

/** A set of ASCII characters. Does not contain any other character. Immutable. */
public final class AsciiSet {
    public static final AsciiSet DIGITS = of("0123456789");
    public static final AsciiSet HEX_DIGITS = DIGITS.plus("ABCDEFabcdef");
    public static final AsciiSet LETTERS_AND_DIGITS = DIGITS.plus("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");
    /** RFC 3986 section 2.3. */
    public static final AsciiSet UNRESERVED = LETTERS_AND_DIGITS.plus("-._~");
    private final boolean[] members;

    private AsciiSet(boolean[] members) {
        this.members = members;
    }

    /** @throws IllegalArgumentException if a character is not ASCII */
    public static AsciiSet of(String characters) {
        return new AsciiSet(new boolean[128]).plus(characters);
    }

    /**
     * Returns this set and more characters.
     *
     * @throws IllegalArgumentException if a character is not ASCII
     */
    public AsciiSet plus(String characters) {
        boolean[] all = members.clone();
        for (char c : characters.toCharArray()) {
            if (c >= all.length) throw new IllegalArgumentException("Not an ASCII character: " + (int) c);
            all[c] = true;
        }
        return new AsciiSet(all);
    }

    public boolean contains(int c) {
        return c >= 0 && c < members.length && members[c];
    }

    /** Returns whether the text has no other characters. True for an empty text. */
    public boolean containsAll(String text) {
        return containsAll(text, 0, text.length());
    }

    /** Returns whether this part of the text has no other characters. True for an empty part. */
    public boolean containsAll(String text, int start, int end) {
        for (int i = start; i < end; i++) {
            if (!contains(text.charAt(i))) return false;
        }
        return true;
    }
}
