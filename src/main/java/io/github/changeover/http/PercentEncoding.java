package io.github.changeover.http;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Percent-encoding of UTF-8: RFC 3986 sections 2.1 and 2.5. */
public final class PercentEncoding {
    private static final char[] HEX = "0123456789ABCDEF".toCharArray();

    private PercentEncoding() {
    }

    /** Returns whether two hexadecimal digits follow this percent sign. */
    public static boolean isEscape(String text, int percentSign) {
        return percentSign + 2 < text.length() && AsciiSet.HEX_DIGITS.containsAll(text, percentSign + 1, percentSign + 3);
    }

    /** Returns whether two hexadecimal digits follow each percent sign. */
    public static boolean isWellFormed(String text) {
        for (int i = text.indexOf('%'); i >= 0; i = text.indexOf('%', i + 1)) {
            if (!isEscape(text, i)) return false;
        }
        return true;
    }

    /**
     * Decodes the text once. Each character that is not encoded is one byte. The result is empty if an escape is malformed, a character is not
     * a byte, or the bytes are not UTF-8 (overlong forms and surrogates are not).
     */
    public static Optional<String> decode(String text) {
        if (isPlain(text)) return Optional.of(text);
        ByteBuffer bytes = ByteBuffer.allocate(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c > 0xff || c == '%' && !isEscape(text, i)) return Optional.empty();
            if (c == '%') {
                bytes.put((byte) Integer.parseInt(text, i + 1, i + 3, 16));
                i += 2;
            } else {
                bytes.put((byte) c);
            }
        }
        try {
            return Optional.of(StandardCharsets.UTF_8.newDecoder().decode(bytes.flip()).toString());
        } catch (CharacterCodingException malformed) {
            return Optional.empty();
        }
    }

    private static boolean isPlain(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) == '%' || text.charAt(i) > 0x7e) return false;
        }
        return true;
    }

    /** Appends the text as UTF-8, with every byte encoded that is not one of these characters. */
    public static void encode(String text, AsciiSet unencoded, StringBuilder to) {
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            if (unencoded.contains(b)) to.append((char) b);
            else encode(b, to);
        }
    }

    /** Appends the encoded form of one byte, given by its low eight bits. */
    public static void encode(int oneByte, StringBuilder to) {
        to.append('%').append(HEX[oneByte >> 4 & 15]).append(HEX[oneByte & 15]);
    }
}
