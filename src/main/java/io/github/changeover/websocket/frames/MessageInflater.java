package io.github.changeover.websocket.frames;

import java.nio.ByteBuffer;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/** Inflates a client's messages piece by piece: RFC 7692 section 7.2.2. */
final class MessageInflater implements AutoCloseable {
    /** The end of the compressed data of a message, which the sender omits. */
    private static final byte[] TAIL = {0, 0, (byte) 0xff, (byte) 0xff};
    private static final byte[] NOTHING = new byte[0];
    private static final int MIN_GROWTH = 128;
    /**
     * While the JDK's decompressor fills an array, no garbage can be collected, and every allocating thread may have to wait. This limit keeps each call
     * short.
     */
    private static final int MAX_STEP = 64 * 1024;

    private final DeflaterPool pool;
    private final boolean keepsContext;
    private Inflater inflater;      // null while no window must be kept
    private boolean begun;          // bytes have arrived since the last end of a message or of a deflate stream

    /** @param keepsContext whether a message may refer to the previous one (context takeover) */
    MessageInflater(DeflaterPool pool, boolean keepsContext) {
        this.pool = pool;
        this.keepsContext = keepsContext;
    }

    /**
     * Inflates a piece of a message.
     *
     * @param piece has no remaining bytes afterwards, unless there is a fault
     * @param room  the largest number of bytes that may result
     * @return the fault, or null
     */
    FrameFault inflate(ByteBuffer piece, PayloadBuffer into, int room) {
        if (!piece.hasRemaining()) return null;
        begun = true;
        inflater().setInput(piece);
        if (!into.reserve((int) Math.min(room, 2L * piece.remaining()), (long) into.size() + room)) return FrameFault.NO_MEMORY;
        return drain(piece, into, room);
    }

    /** Appends the omitted end of the message and inflates it. Then resets the window, unless the next message may refer to it. */
    FrameFault end(PayloadBuffer into, int room) {
        FrameFault fault = null;
        if (begun) {        // otherwise the message was empty, or ended with the end of a stream
            ByteBuffer tail = ByteBuffer.wrap(TAIL);
            inflater().setInput(tail);
            fault = drain(tail, into, room);
            if (fault == null && !begun) fault = FrameFault.CORRUPT_DEFLATE;        // a final block consumed the tail as part of its own data
            begun = false;
        }
        if (!keepsContext) close();
        return fault;
    }

    private Inflater inflater() {
        if (inflater == null) inflater = pool.takeInflater();
        return inflater;
    }

    /** Inflates all input. */
    private FrameFault drain(ByteBuffer piece, PayloadBuffer into, int room) {
        int most = into.size() + room;
        try {
            while (true) {
                if (into.free() == 0 && !into.reserve(Math.min(most - into.size(), MIN_GROWTH), most)) return FrameFault.NO_MEMORY;
                int free = Math.min(Math.min(into.free(), most - into.size()), MAX_STEP);
                int count = free > 0 ? inflater.inflate(into.bytes(), into.size(), free) : inflater.inflate(new byte[1]);
                if (count > free) return FrameFault.MESSAGE_TOO_BIG;
                into.wrote(count);
                if (inflater.finished()) {
                    restart(piece);
                    if (!begun) return null;
                } else if (count == 0 || count < free && inflater.needsInput()) {
                    inflater.setInput(NOTHING);     // releases the reference to the piece
                    return null;
                }
            }
        } catch (DataFormatException corrupt) {
            return FrameFault.CORRUPT_DEFLATE;
        }
    }

    /** After a final block, a new stream begins, which cannot refer to earlier data: RFC 7692 section 7.2.3.4. */
    private void restart(ByteBuffer piece) {
        inflater.reset();
        begun = piece.hasRemaining();
        if (begun) inflater.setInput(piece);
    }

    /** Gives the inflater back to the pool. */
    @Override
    public void close() {
        if (inflater == null) return;
        pool.give(inflater);
        inflater = null;
        begun = false;
    }
}
