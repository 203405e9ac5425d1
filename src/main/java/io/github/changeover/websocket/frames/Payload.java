package io.github.changeover.websocket.frames;

import java.nio.ByteBuffer;

/** The payload of a frame that is not whole yet. It grows with what is there, not with what is promised. */
final class Payload {
    /** Index of its first octet in the array: before it the header will go. */
    static final int START = PlainHeader.LONGEST;
    private static final byte[] NOTHING = new byte[0];
    private byte[] octets = NOTHING;
    private int end = START;

    /**
     * Makes room for more octets.
     *
     * @param promised how many the payload will have at most
     */
    void reserve(int more, int promised) {
        long needed = (long) end + more;
        if (needed <= octets.length) return;
        byte[] larger = new byte[(int) Math.max(needed, Math.min(2 * needed, (long) START + promised))];
        if (size() > 0) System.arraycopy(octets, START, larger, START, size());
        octets = larger;
    }

    byte[] octets() {
        return octets;
    }

    /** Index behind the last octet. */
    int end() {
        return end;
    }

    int size() {
        return end - START;
    }

    /** Octets that fit without growing. */
    int free() {
        return Math.max(0, octets.length - end);
    }

    /** So many octets were written at the end. */
    void wrote(int more) {
        end += more;
    }

    /** The frame, whole. */
    ByteBuffer frame(int first) {
        reserve(0, 0);
        int start = START - PlainHeader.size(size());
        PlainHeader.write(octets, start, first, size());
        return ByteBuffer.wrap(octets, start, end - start);
    }
}
