package io.github.changeover.websocket.frames;

import io.github.changeover.spi.SharedBytes;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.zip.Deflater;

/** Compresses the messages of a server, frame by frame: RFC 7692 section 7.2.1. */
final class MessageDeflater implements AutoCloseable {
    private static final byte[] NOTHING = new byte[0];
    private static final int HEADER = 4;              // for the header: a piece is shorter than 64 KiB
    private static final int TAIL = 4;              // 00 00 ff ff, which is not sent and which the receiver appends
    private static final int LARGEST = 32 * 1024;   // size of a piece including its header
    private static final int MAX_GROWTH = 64;           // bytes by which a short payload may grow
    /** A payload of at most this length in bytes becomes one piece. */
    static final int ONE_PIECE = LARGEST - HEADER - MAX_GROWTH;

    private final DeflaterPool pool;
    private final int level;
    private final boolean keepsContext;
    private Deflater deflater;      // null while no window must be kept

    /**
     * @param level     the zlib level
     * @param keepsContext whether a message may refer to the previous one (context takeover)
     */
    MessageDeflater(DeflaterPool pool, int level, boolean keepsContext) {
        this.pool = pool;
        this.level = level;
        this.keepsContext = keepsContext;
    }

    /**
     * Compresses the payload of a frame and emits it as one frame or several.
     *
     * @param first   the first byte of the frame: FIN, RSV1 and opcode
     * @param payload has no remaining bytes afterwards
     */
    void deflate(int first, ByteBuffer payload, FrameOutput output) {
        boolean isFinal = (first & Opcode.FIN) != 0;
        if (deflater == null) deflater = pool.takeDeflater(level);
        byte[] piece = new byte[Math.min(LARGEST, HEADER + MAX_GROWTH + payload.remaining())];
        int end = HEADER;
        boolean empty = !payload.hasRemaining();
        if (!empty) {
            deflater.setInput(payload);
            while ((end += deflater.deflate(piece, end, piece.length - end, Deflater.SYNC_FLUSH)) == piece.length) {
                // The tail may be split between this piece and the next.
                emit(first & ~Opcode.FIN, piece, end - TAIL, output);
                first &= Opcode.FIN;
                System.arraycopy(piece, end - TAIL, piece, HEADER, TAIL);
                end = HEADER + TAIL;
            }
            deflater.setInput(NOTHING);     // releases the reference to the payload
            if (isFinal) end -= TAIL;
        } else if (isFinal) {
            piece[end++] = 0;     // the first byte of an empty block; the tail contains the other bytes
        }
        emit(first, piece, end, output);
        if (isFinal && !keepsContext) close();
    }

    /** Whether a message may refer to the previous one. */
    boolean keepsContext() {
        return keepsContext;
    }

    /** Compresses a complete message that refers to no other one. The context of earlier messages is lost. */
    SharedBytes deflateWithoutContext(int first, ByteBuffer payload) {
        close();
        ByteArrayOutputStream frames = new ByteArrayOutputStream(payload.remaining() / 2 + HEADER);
        deflate(first, payload, piece -> frames.write(piece.array(), piece.arrayOffset() + piece.position(), piece.remaining()));
        close();
        return SharedBytes.wrap(ByteBuffer.wrap(frames.toByteArray()));
    }

    private static void emit(int first, byte[] piece, int end, FrameOutput output) {
        int length = end - HEADER;
        int start = HEADER - ServerFrameHeader.size(length);
        ServerFrameHeader.write(piece, start, first, length);
        output.write(ByteBuffer.wrap(piece, start, end - start));
    }

    /** Gives the deflater back to the pool. */
    @Override
    public void close() {
        if (deflater == null) return;
        pool.give(deflater, level);
        deflater = null;
    }
}
