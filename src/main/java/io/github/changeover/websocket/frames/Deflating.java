package io.github.changeover.websocket.frames;

import java.nio.ByteBuffer;
import java.util.function.Consumer;
import java.util.zip.Deflater;

/** Compresses a server's messages, frame by frame: RFC 7692 section 7.2.1. */
final class Deflating implements AutoCloseable {
    private static final byte[] NOTHING = new byte[0];
    private static final int ROOM = 4;              // for the header: a piece has less than 64 KiB
    private static final int TAIL = 4;              // 00 00 ff ff, which the receiver adds
    private static final int LARGEST = 32 * 1024;   // a piece, with its header
    private static final int BESIDE = 64;           // what a short payload may grow by

    private final DeflatePool pool;
    private final int level;
    private final boolean remembers;
    private Deflater deflater;      // null while nothing is to be remembered

    /**
     * @param level     of zlib
     * @param remembers whether a message may refer to the one before
     */
    Deflating(DeflatePool pool, int level, boolean remembers) {
        this.pool = pool;
        this.level = level;
        this.remembers = remembers;
    }

    /**
     * @param first   of the frame: FIN, RSV1 and opcode
     * @param payload emptied
     */
    void deflate(int first, ByteBuffer payload, Consumer<ByteBuffer> output) {
        boolean isFinal = (first & Opcode.FIN) != 0;
        if (deflater == null) deflater = pool.takeDeflater(level);
        byte[] piece = new byte[Math.min(LARGEST, ROOM + BESIDE + payload.remaining())];
        int end = ROOM;
        boolean empty = !payload.hasRemaining();
        if (!empty) {
            deflater.setInput(payload);
            while ((end += deflater.deflate(piece, end, piece.length - end, Deflater.SYNC_FLUSH)) == piece.length) {
                // The tail may be half in this piece, half in the next.
                emit(first & ~Opcode.FIN, piece, end - TAIL, output);
                first &= Opcode.FIN;
                System.arraycopy(piece, end - TAIL, piece, ROOM, TAIL);
                end = ROOM + TAIL;
            }
            deflater.setInput(NOTHING);     // lets go of the payload
            if (isFinal) end -= TAIL;
        } else if (isFinal) {
            piece[end++] = 0;     // the first octet of an empty block, whose others are the tail
        }
        emit(first, piece, end, output);
        if (isFinal && !remembers) close();
    }

    private static void emit(int first, byte[] piece, int end, Consumer<ByteBuffer> output) {
        int length = end - ROOM;
        int start = ROOM - PlainHeader.size(length);
        PlainHeader.write(piece, start, first, length);
        output.accept(ByteBuffer.wrap(piece, start, end - start));
    }

    /** Gives back what is held. */
    @Override
    public void close() {
        if (deflater == null) return;
        pool.give(deflater, level);
        deflater = null;
    }
}
