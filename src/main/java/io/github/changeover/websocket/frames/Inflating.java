package io.github.changeover.websocket.frames;

import java.nio.ByteBuffer;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/** Inflates a client's messages, piece by piece: RFC 7692 section 7.2.2. */
final class Inflating implements AutoCloseable {
    /** What a compressor ends a message with, and the sender leaves out. */
    private static final byte[] TAIL = {0, 0, (byte) 0xff, (byte) 0xff};
    private static final byte[] NOTHING = new byte[0];
    private static final int LEAST = 128;
    /** While the JDK's decompressor fills an array no garbage is collected, and every thread that allocates may have to wait: so not for long. */
    private static final int AT_ONCE = 64 * 1024;

    private final DeflatePool pool;
    private final boolean remembers;
    private Inflater inflater;      // null while nothing is to be remembered
    private boolean begun;          // there were bytes since the last end, of a message or of a stream

    /** @param remembers whether a message may refer to the one before */
    Inflating(DeflatePool pool, boolean remembers) {
        this.pool = pool;
        this.remembers = remembers;
    }

    /**
     * Inflates a piece of a message.
     *
     * @param piece emptied, unless there is a fault
     * @param room  bytes that may come out
     * @return what is wrong, or null
     */
    FrameFault inflate(ByteBuffer piece, Payload into, int room) {
        if (!piece.hasRemaining()) return null;
        begun = true;
        take().setInput(piece);
        if (!into.reserve((int) Math.min(room, 2L * piece.remaining()), (long) into.size() + room)) return FrameFault.NO_MEMORY;
        return drain(piece, into, room);
    }

    /** Inflates what is missing at the end of a message, and forgets it unless the next may refer to it. */
    FrameFault end(Payload into, int room) {
        FrameFault fault = null;
        if (begun) {        // else the message was empty, or ended with a stream's end
            ByteBuffer tail = ByteBuffer.wrap(TAIL);
            take().setInput(tail);
            fault = drain(tail, into, room);
            if (fault == null && !begun) fault = FrameFault.CORRUPT_DEFLATE;        // a final block took the tail for its own
            begun = false;
        }
        if (!remembers) close();
        return fault;
    }

    private Inflater take() {
        if (inflater == null) inflater = pool.takeInflater();
        return inflater;
    }

    /** Inflates all that was put in. */
    private FrameFault drain(ByteBuffer piece, Payload into, int room) {
        int most = into.size() + room;
        try {
            while (true) {
                if (into.free() == 0 && !into.reserve(Math.min(most - into.size(), LEAST), most)) return FrameFault.NO_MEMORY;
                int free = Math.min(Math.min(into.free(), most - into.size()), AT_ONCE);
                int count = free > 0 ? inflater.inflate(into.bytes(), into.size(), free) : inflater.inflate(new byte[1]);
                if (count > free) return FrameFault.MESSAGE_TOO_BIG;
                into.wrote(count);
                if (inflater.finished()) {
                    restart(piece);
                    if (!begun) return null;
                } else if (count == 0 || count < free && inflater.needsInput()) {
                    inflater.setInput(NOTHING);     // lets go of the piece
                    return null;
                }
            }
        } catch (DataFormatException corrupt) {
            return FrameFault.CORRUPT_DEFLATE;
        }
    }

    /** Behind a final block begins another stream, with nothing to refer to: RFC 7692 section 7.2.3.4. */
    private void restart(ByteBuffer piece) {
        inflater.reset();
        begun = piece.hasRemaining();
        if (begun) inflater.setInput(piece);
    }

    /** Gives back what is held. */
    @Override
    public void close() {
        if (inflater == null) return;
        pool.give(inflater);
        inflater = null;
        begun = false;
    }
}
