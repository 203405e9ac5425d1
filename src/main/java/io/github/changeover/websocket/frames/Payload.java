package io.github.changeover.websocket.frames;

import java.nio.ByteBuffer;

/** The payload of a frame that is not whole yet. It grows with what is there, not with what is promised. */
final class Payload {
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);
    private ByteBuffer octets = NOTHING;
    private int end = PlainHeader.LONGEST;      // before it the header will go

    /**
     * Makes room for more octets.
     *
     * @param promised how many the payload will have at most
     */
    void reserve(int more, int promised) {
        long needed = (long) end + more;
        if (needed <= octets.capacity()) return;
        long generous = Math.min(2 * needed, (long) PlainHeader.LONGEST + promised);
        ByteBuffer larger = ByteBuffer.allocate((int) Math.max(needed, generous));
        if (size() > 0) larger.put(end - size(), octets, end - size(), size());
        octets = larger;
    }

    /** With an array of its own, beginning at 0. */
    ByteBuffer octets() {
        return octets;
    }

    /** Index behind the last octet. */
    int end() {
        return end;
    }

    /** Octets that fit without growing. */
    int free() {
        return Math.max(0, octets.capacity() - end);
    }

    int size() {
        return end - PlainHeader.LONGEST;
    }

    /** So many octets were written at the end. */
    void wrote(int more) {
        end += more;
    }

    /** The frame, whole. */
    ByteBuffer frame(int first) {
        reserve(0, 0);
        int start = PlainHeader.LONGEST - PlainHeader.size(size());
        PlainHeader.write(octets, start, first, size());
        return octets.duplicate().position(start).limit(end);
    }
}
