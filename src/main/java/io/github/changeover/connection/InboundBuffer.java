package io.github.changeover.connection;

import io.github.changeover.buffers.BufferPool;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Reads the bytes of a connection, beginning with those that arrived before the 101. Used only by the thread that processes events. */
final class InboundBuffer {
    private final Transport transport;
    private ByteBuffer early;           // early bytes that have not been read yet, or null
    private boolean ended;
    private boolean foundEmpty;            // the check for early bytes found nothing, and there was no read since
    private IOException failure;        // failure of the check for early bytes; the next read throws it

    InboundBuffer(Transport transport) {
        this.transport = transport;
    }

    /**
     * Reads the bytes that are already available before the first callback of the handler. They are treated as bytes that arrived before the 101; a very
     * fast client may have sent them after it.
     *
     * @return whether there are more than {@code limit} bytes; if not, they are kept for the next read
     */
    boolean exceedsEarlyLimit(int limit) {
        BufferPool pool = transport.readBuffers();
        ByteBuffer bytes = pool.take();
        ByteArrayOutputStream kept = null;      // most connections have no early bytes
        try {
            int count;
            while ((count = transport.read(bytes.clear())) > 0) {
                if (kept == null) kept = new ByteArrayOutputStream(count);
                if (kept.size() + count > limit) return true;
                for (bytes.flip(); bytes.hasRemaining(); ) kept.write(bytes.get());
            }
            ended = count < 0;
            foundEmpty = count == 0 && kept == null;
        } catch (IOException broken) {
            failure = broken;
        } finally {
            pool.give(bytes);
        }
        if (kept != null) early = ByteBuffer.wrap(kept.toByteArray());
        return false;
    }

    /** A readable event may have arrived while reading was paused, so the next read must call the transport. */
    void clearFoundEmpty() {
        foundEmpty = false;
    }

    /** As {@link Transport#read}. */
    int read(ByteBuffer into) throws IOException {
        if (early != null) return readEarly(into);
        if (failure != null) throw failure;
        if (ended) return -1;
        if (foundEmpty) {
            foundEmpty = false;        // the transport has returned 0 before, so it will call readable()
            return 0;
        }
        return transport.read(into);
    }

    /** Whether no bytes of the client are available. The check reads bytes and drops them. */
    boolean isEmpty() throws IOException {
        if (early != null || failure != null || ended) return ended;
        BufferPool pool = transport.readBuffers();
        ByteBuffer bytes = pool.take();
        try {
            return transport.readLast(bytes.clear()) <= 0;
        } finally {
            pool.give(bytes);
        }
    }

    private int readEarly(ByteBuffer into) {
        int count = Math.min(early.remaining(), into.remaining());
        into.put(early.slice(early.position(), count));
        early.position(early.position() + count);
        if (!early.hasRemaining()) early = null;
        return count;
    }
}
