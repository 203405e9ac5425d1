package io.github.changeover.connection;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;

/** The bytes of a connection on their way in, first of all those that arrived before the 101. Used by the thread that processes events only. */
final class InboundBuffer {
    private final Transport transport;
    private ByteBuffer early;           // null when there is none, or no more
    private boolean ended;
    private boolean drained;            // the check for early bytes found nothing, and nobody has read since
    private IOException failure;        // of that check; the next read throws it

    InboundBuffer(Transport transport) {
        this.transport = transport;
    }

    /**
     * Reads, before the handler's first callback, what is there already: it arrived before the 101, as far as can be told.
     *
     * @return whether that is more than {@code limit} bytes; if not, it is kept
     */
    boolean exceedsEarlyLimit(int limit) {
        Scratch scratch = transport.scratch();
        ByteBuffer bytes = scratch.take();
        ByteArrayOutputStream kept = null;      // most connections begin without
        try {
            int count;
            while ((count = transport.read(bytes.clear())) > 0) {
                if (kept == null) kept = new ByteArrayOutputStream(count);
                if (kept.size() + count > limit) return true;
                for (bytes.flip(); bytes.hasRemaining(); ) kept.write(bytes.get());
            }
            ended = count < 0;
            drained = count == 0 && kept == null;
        } catch (IOException broken) {
            failure = broken;
        } finally {
            scratch.give(bytes);
        }
        if (kept != null) early = ByteBuffer.wrap(kept.toByteArray());
        return false;
    }

    /** A readable event may have arrived while reading was paused: the next read asks the transport again. */
    void forgetDrained() {
        drained = false;
    }

    /** As {@link Transport#read}. */
    int read(ByteBuffer into) throws IOException {
        if (early != null) return readEarly(into);
        if (failure != null) throw failure;
        if (ended) return -1;
        if (drained) {
            drained = false;        // the transport was asked, and will call
            return 0;
        }
        return transport.read(into);
    }

    /** Whether nothing of the client's waits to be read; bytes that have arrived already are dropped. */
    boolean isEmpty() throws IOException {
        if (early != null || failure != null || ended) return ended;
        Scratch scratch = transport.scratch();
        ByteBuffer bytes = scratch.take();
        try {
            return transport.readLast(bytes.clear()) <= 0;
        } finally {
            scratch.give(bytes);
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
