package io.github.changeover.http;

import java.util.OptionalLong;

/** The value of {@code Content-Length}: RFC 9110 section 8.6. */
public final class ContentLength {
    private static final int LONGEST = 18;

    private ContentLength() {
    }

    /** Parses one value. The result is empty if it is not a number, or has more than 18 digits. */
    public static OptionalLong parse(String value) {
        String digits = FieldScanner.trim(value);
        boolean valid = !digits.isEmpty() && digits.length() <= LONGEST && AsciiSet.DIGITS.containsAll(digits);
        return valid ? OptionalLong.of(Long.parseLong(digits)) : OptionalLong.empty();
    }
}
