package io.github.changeover.websocket.frames;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Looks whether octets are UTF-8 (RFC 3629), piece by piece. The first octet that cannot be is noticed when it comes, not
 * when its character would be whole.
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
    private static final VarHandle LONG = MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long NOT_ASCII = 0x8080808080808080L;

    private int missing;        // octets of a character that has begun
    private int least;          // of the next of them
    private int most;

    /** Whether these octets, behind those before, can be UTF-8. After a {@code false} there is nothing more to ask. */
    boolean accept(ByteBuffer octets, int from, int to) {
        int i = from;
        while (i < to) {
            if (missing == 0) {
                i = skipAscii(octets, i, to);
                if (i == to) return true;
                if (!lead(octets.get(i++) & 0xff)) return false;
            } else {
                int octet = octets.get(i++) & 0xff;
                if (octet < least || octet > most) return false;
                missing--;
                least = 0x80;
                most = 0xbf;
            }
        }
        return true;
    }

    private static int skipAscii(ByteBuffer octets, int from, int to) {
        int i = from;
        for (int last = to - Long.BYTES; i <= last && ((long) LONG.get(octets, i) & NOT_ASCII) == 0; i += Long.BYTES) { }
        while (i < to && octets.get(i) >= 0) i++;
        return i;
    }

    /** The first octet of a character that is not ASCII. */
    private boolean lead(int octet) {
        if (octet < 0xc2 || octet > 0xf4) return false;
        missing = octet < 0xe0 ? 1 : octet < 0xf0 ? 2 : 3;
        least = octet == 0xe0 ? 0xa0 : octet == 0xf0 ? 0x90 : 0x80;
        most = octet == 0xed ? 0x9f : octet == 0xf4 ? 0x8f : 0xbf;
        return true;
    }

    /** Whether no character is unfinished. Begins anew. */
    boolean end() {
        boolean whole = missing == 0;
        missing = 0;
        return whole;
    }
}
