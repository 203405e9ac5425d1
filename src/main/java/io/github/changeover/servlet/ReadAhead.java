package io.github.changeover.servlet;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;

/**
 * Bytes that the container's thread has read and the handler has not: for containers whose streams no other thread may read. At
 * most two pieces; nothing is held while there are none.
 */
final class ReadAhead {
    private static final int SIZE = 16 * 1024;
    private byte[] bytes;       // null while there are none
    private int from, to;
    private boolean refused;

    /** Whether another piece may be added; if not, {@link #takeRefused} tells the reader so. */
    synchronized boolean hasRoom() {
        boolean room = to - from <= SIZE;
        if (!room) refused = true;
        return room;
    }

    /** Reads a piece, after {@link #hasRoom}; returns how many bytes there were, or -1 at the end. The stream must not block. */
    synchronized int fill(InputStream in) throws IOException {
        if (bytes == null) bytes = new byte[2 * SIZE];
        else System.arraycopy(bytes, from, bytes, 0, to - from);
        to -= from;
        from = 0;
        int count = in.read(bytes, to, SIZE);
        if (count > 0) to += count;
        if (to == 0) bytes = null;
        return count;
    }

    /** Returns how many bytes were taken. */
    synchronized int take(ByteBuffer into) {
        int count = Math.min(into.remaining(), to - from);
        if (count > 0) into.put(bytes, from, count);
        from += count;
        if (from == to) {
            bytes = null;
            from = to = 0;
        }
        return count;
    }

    /** Whether there was no room for a piece and there is now; once for each time. */
    synchronized boolean takeRefused() {
        if (!refused || to - from > SIZE) return false;
        refused = false;
        return true;
    }
}
