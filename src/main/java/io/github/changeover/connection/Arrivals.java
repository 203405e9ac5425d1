package io.github.changeover.connection;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;

/** The octets of a connection on their way in; first of all those that came before the 101. Touched in turns only. */
final class Arrivals {
    private final Transport transport;
    private ByteBuffer early;           // null when there is none, or no more
    private boolean ended;
    private boolean dry;                // nothing was there at the opening, and nobody has read since
    private IOException failure;        // of that look; whoever reads next is told

    Arrivals(Transport transport) {
        this.transport = transport;
    }

    /**
     * Looks, before the handler is told anything, for what is there already: it came before the 101, as far as can be told.
     *
     * @return whether that is more than {@code most} octets; if not, it is kept
     */
    boolean exceedEarly(int most) {
        Scratch scratch = transport.scratch();
        ByteBuffer octets = scratch.take();
        ByteArrayOutputStream kept = null;      // most connections begin without
        try {
            int count;
            while ((count = transport.read(octets.clear())) > 0) {
                if (kept == null) kept = new ByteArrayOutputStream(count);
                if (kept.size() + count > most) return true;
                for (octets.flip(); octets.hasRemaining(); ) kept.write(octets.get());
            }
            ended = count < 0;
            dry = count == 0 && kept == null;
        } catch (IOException broken) {
            failure = broken;
        } finally {
            scratch.give(octets);
        }
        if (kept != null) early = ByteBuffer.wrap(kept.toByteArray());
        return false;
    }

    /** The transport may have called while nobody would read, and calls no more: whoever reads next asks it again. */
    void unheard() {
        dry = false;
    }

    /** As {@link Transport#read}. */
    int read(ByteBuffer into) throws IOException {
        if (early != null) return readEarly(into);
        if (failure != null) throw failure;
        if (ended) return -1;
        if (dry) {
            dry = false;        // the transport was asked, and calls
            return 0;
        }
        return transport.read(into);
    }

    /** Whether a peer that has said its last word sends nothing all the same; octets that came already are dropped. */
    boolean silent() throws IOException {
        if (early != null || failure != null || ended) return ended;
        Scratch scratch = transport.scratch();
        ByteBuffer octets = scratch.take();
        try {
            return transport.readLast(octets.clear()) <= 0;
        } finally {
            scratch.give(octets);
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
