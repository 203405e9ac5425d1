package io.github.changeover.websocket.frames;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Whole unmasked frames, as a server sends them and a {@link FrameReader} hands them on: RFC 6455 section 5.2. One object walks
 * over a run of them.
 *
 * <pre>
 * PlainFrame.text("Hello")     81 05 48 65 6c 6c 6f
 * </pre>
 */
public final class PlainFrame {
    private final byte[] octets;
    private final int end;
    private int first;
    private int from;
    private int to;

    /** Stands before the first of these frames, which have an array and are whole. */
    public PlainFrame(ByteBuffer frames) {
        octets = frames.array();
        to = frames.arrayOffset() + frames.position();
        end = frames.arrayOffset() + frames.limit();
    }

    /** Makes one. */
    public static ByteBuffer of(int first, byte[] octets, int from, int count) {
        int header = PlainHeader.size(count);
        byte[] frame = new byte[header + count];
        PlainHeader.write(frame, 0, first, count);
        System.arraycopy(octets, from, frame, header, count);
        return ByteBuffer.wrap(frame);
    }

    /** Makes one of a whole message of text. A surrogate without its other half becomes a question mark, as with {@link String#getBytes()}. */
    public static ByteBuffer text(String text) {
        byte[] payload = text.getBytes(StandardCharsets.UTF_8);
        return of(Opcode.FIN | Opcode.TEXT, payload, 0, payload.length);
    }

    /** Goes to the next; answers false when there is none. */
    public boolean next() {
        if (to == end) return false;
        first = octets[to] & 0xff;
        int seven = octets[to + 1];
        from = to + (seven < PlainHeader.TWO_OCTETS ? 2 : seven == PlainHeader.TWO_OCTETS ? 4 : PlainHeader.LONGEST);
        to = from + (seven < PlainHeader.TWO_OCTETS ? seven : length(to + 2));
        return true;
    }

    private int length(int at) {
        int length = 0;
        for (int i = at; i < from; i++) length = length << 8 | octets[i] & 0xff;
        return length;
    }

    /** Its first octet: FIN, RSV and opcode. */
    public int first() {
        return first;
    }

    /** A copy of its payload. */
    public byte[] payload() {
        return Arrays.copyOfRange(octets, from, to);
    }

    /** Its payload, which is UTF-8. */
    public String text() {
        return new String(octets, from, to - from, StandardCharsets.UTF_8);
    }
}
