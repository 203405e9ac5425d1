package io.github.changeover.http;

import java.util.OptionalInt;

/** The scheme of a URI: RFC 3986 section 3.1. */
public final class UriScheme {
    private static final AsciiSet CHARACTERS = AsciiSet.LETTERS_AND_DIGITS.plus("+-.");
    private static final int LONGEST = 64;

    private UriScheme() {
    }

    /** Returns whether the text is a scheme of at most 64 characters. */
    public static boolean isScheme(String text) {
        return !text.isEmpty() && text.length() <= LONGEST && CHARACTERS.containsAll(text) && Character.isLetter(text.charAt(0));
    }

    /**
     * Returns {@code http} for {@code ws} and {@code https} for {@code wss}, because some proxies send these; any other scheme unchanged. The argument must
     * be in lower case.
     */
    public static String httpScheme(String scheme) {
        return switch (scheme) {
            case "ws" -> "http";
            case "wss" -> "https";
            default -> scheme;
        };
    }

    /**
     * Returns the default port of {@code http} or {@code https} (RFC 9110 section 4.2); empty for another scheme. The argument must
     * be in lower case.
     */
    public static OptionalInt defaultPort(String scheme) {
        return switch (scheme) {
            case "http" -> OptionalInt.of(80);
            case "https" -> OptionalInt.of(443);
            default -> OptionalInt.empty();
        };
    }
}
