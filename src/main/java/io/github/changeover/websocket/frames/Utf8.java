package io.github.changeover.websocket.frames;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Checks whether bytes are valid UTF-8 (RFC 3629), piece by piece. An invalid byte is detected when it arrives, not when its character would be complete.
 *
 * <pre>
 * lead     next     then
 * 00..7F
 * C2..DF   80..BF
 * E0       A0..BF   80..BF
 * E1..EC   80..BF   80..BF     and EE, EF
 * ED       80..9F   80..BF     no surrogates
 * F0       90..BF   80..BF 80..BF
 * F1..F3   80..BF   80..BF 80..BF
 * F4       80..8F   80..BF 80..BF
 * </pre>
 */
final class Utf8 {
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long NOT_ASCII = 0x8080808080808080L;
    private static final byte LAST_TAIL = (byte) 0xbf;      // as a signed value, every continuation byte is at most this

    private int missing;        // bytes of the current character that are still missing
    private int min;          // allowed range of the next of these bytes: least to most
    private int max;

    /** Whether these bytes, appended to the previous ones, can be valid UTF-8. After {@code false}, this object must not be used any more. */
    boolean accept(byte[] bytes, int from, int to) {
        int i = from;
        while (true) {
            for (; missing > 0; missing--) {
                if (i == to) return true;
                int b = bytes[i++] & 0xff;
                if (b < min || b > max) return false;
                min = 0x80;
                max = 0xbf;
            }
            i = skipWhole(bytes, skipAscii(bytes, i, to), to);
            if (i == to) return true;
            if (bytes[i] < 0 && !lead(bytes[i] & 0xff)) return false;
            i++;
        }
    }

    private static int skipAscii(byte[] bytes, int from, int to) {
        int i = from;
        for (int last = to - Long.BYTES; i <= last && ((long) LONG.get(bytes, i) & NOT_ASCII) == 0; i += Long.BYTES) { }
        return i;
    }

    /** Skips characters that are complete and certainly valid. The rest is checked byte by byte. */
    private static int skipWhole(byte[] bytes, int from, int to) {
        int i = from;
        while (to - i >= Long.BYTES) {
            long others = (long) LONG.get(bytes, i) & NOT_ASCII;
            if (others == 0) {
                i = skipAscii(bytes, i + Long.BYTES, to);
            } else {
                i += Long.numberOfTrailingZeros(others) / Byte.SIZE;
                if (to - i < 4) break;
                int length = sequenceLength(bytes[i] & 0xff, bytes[i + 1], bytes[i + 2], bytes[i + 3]);
                if (length == 0) break;
                i += length;
            }
        }
        return i;
    }

    private static int sequenceLength(int lead, byte second, byte third, byte fourth) {
        if (lead < 0xc2 || second > LAST_TAIL) return 0;
        if (lead < 0xe0) return 2;
        if (third > LAST_TAIL) return 0;
        int bits = (lead & 0x0f) << 6 | second & 0x3f;
        if (lead < 0xf0) return bits >= 0x20 && bits >> 5 != 0x1b ? 3 : 0;          // U+0800, and not U+D800 to U+DFFF
        return fourth <= LAST_TAIL && bits >= 0x10 && bits < 0x110 ? 4 : 0;       // U+10000 to U+10FFFF
    }

    /** Checks the first byte of a character that is not ASCII. */
    private boolean lead(int b) {
        if (b < 0xc2 || b > 0xf4) return false;
        missing = b < 0xe0 ? 1 : b < 0xf0 ? 2 : 3;
        min = b == 0xe0 ? 0xa0 : b == 0xf0 ? 0x90 : 0x80;
        max = b == 0xed ? 0x9f : b == 0xf4 ? 0x8f : 0xbf;
        return true;
    }

    /** Whether the last character is complete. Resets this object for the next text. */
    boolean end() {
        boolean whole = missing == 0;
        missing = 0;
        return whole;
    }
}
