package io.github.changeover.servlet.adapter;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;

/**
 * A buffer of bytes that the thread of the container has read and the handler has not, for containers whose streams no other thread may read. It
 * holds at most two pieces. No array is allocated while it is empty. Thread-safe.
 */
final class ReadAheadBuffer {
    private static final int SIZE = 16 * 1024;
    private byte[] bytes;       // null while empty
    private int from, to;
    private boolean full;

    /** Returns whether another piece may be added. If not, {@link #hasRoomAgain} will report it to the reader. */
    synchronized boolean hasRoom() {
        boolean room = to - from <= SIZE;
        if (!room) full = true;
        return room;
    }

    /** Reads a piece, after {@link #hasRoom} has returned true. Returns the number of bytes, or -1 at the end. The stream must not block. */
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

    /** Moves bytes into the buffer and returns their number. */
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

    /** Returns true if a piece was refused and there is room for it now; once for each refusal. */
    synchronized boolean hasRoomAgain() {
        if (!full || to - from > SIZE) return false;
        full = false;
        return true;
    }
}
