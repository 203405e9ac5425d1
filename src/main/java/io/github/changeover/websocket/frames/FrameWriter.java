package io.github.changeover.websocket.frames;

import io.github.changeover.websocket.DeflateAgreement;
import io.github.changeover.websocket.DeflatePolicy;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Writes a server's frames: RFC 6455 section 5, RFC 7692 sections 6 and 7.2.1. Frames go in one by one as they are without
 * extensions; with permessage-deflate, messages come out compressed.
 *
 * <p>A short message in one frame stays as it is ({@link Compression}), which either side may always choose. One that is still long when compressed becomes
 * several frames, so that it needs no second array of its size. Calls come one at a time, from any thread.
 */
public final class FrameWriter implements AutoCloseable {
    private final Optional<Deflating> deflating;
    private final Optional<FrameExtensions> extensions;
    private final int smallest;
    private boolean compressing;        // the message that is not finished
    private boolean closed;

    /** With the usual compression. */
    public FrameWriter(Optional<DeflateAgreement> deflate, DeflatePool pool) {
        this(deflate, pool, Compression.USUAL);
    }

    /**
     * @param deflate     what was agreed on
     * @param pool        of the application
     * @param compression how messages are compressed
     * @throws IllegalArgumentException when a window is agreed on that the JDK's compressor cannot be held to
     */
    public FrameWriter(Optional<DeflateAgreement> deflate, DeflatePool pool, Compression compression) {
        deflate.filter(agreed -> agreed.serverWindowBits() < DeflatePolicy.FULL_WINDOW).ifPresent(agreed -> {
            throw new IllegalArgumentException("The JDK's compressor has one window, of 15 bits: agree by DeflatePolicy.JDK, not on " + agreed);
        });
        deflating = deflate.map(agreed -> new Deflating(pool, compression.level(), !agreed.serverNoContextTakeover()));
        extensions = Optional.empty();
        smallest = compression.smallest();
    }

    /** Every frame goes through these extensions, and none is compressed here. */
    public FrameWriter(FrameExtensions extensions) {
        this.deflating = Optional.empty();
        this.extensions = Optional.of(extensions);
        this.smallest = 0;
    }

    /**
     * Writes a frame.
     *
     * @param frame  one whole unmasked frame, RSV bits 0: a message, a fragment or a control frame; emptied
     * @param output gets the octets to send, as one frame or several; each buffer is its own until it returns. After an
     *               exception of its own the connection has lost octets: close both
     * @throws IllegalArgumentException when that is no such frame
     */
    public void write(ByteBuffer frame, Consumer<ByteBuffer> output) {
        int header = header(frame);
        int first = frame.get(frame.position()) & 0xff;
        if (extensions.isPresent()) {
            output.accept(extended(first, frame, header));
        } else if (compresses(first, frame.remaining() - header)) {
            boolean begins = (first & Opcode.MASK) != Opcode.CONTINUATION;
            frame.position(frame.position() + header);
            deflating.orElseThrow().deflate(begins ? first | Opcode.RSV1 : first, frame, output);
        } else {
            output.accept(frame);
        }
        frame.position(frame.limit());
    }

    private ByteBuffer extended(int first, ByteBuffer frame, int header) {
        byte[] payload = new byte[frame.remaining() - header];
        frame.get(frame.position() + header, payload);
        FrameExtensions.Frame sent = extensions.orElseThrow().outgoing(new FrameExtensions.Frame(first, payload));
        return PlainFrame.of(sent.first(), sent.payload(), 0, sent.payload().length);
    }

    private boolean compresses(int first, int length) {
        if (deflating.isEmpty() || closed || Opcode.isControl(first)) return false;
        boolean isFinal = (first & Opcode.FIN) != 0;
        boolean compress = (first & Opcode.MASK) == Opcode.CONTINUATION ? compressing : !isFinal || length >= smallest;
        compressing = compress && !isFinal;
        return compress;
    }

    /** Octets of the header. */
    private static int header(ByteBuffer frame) {
        int at = frame.position();
        if (frame.remaining() >= 2 && (frame.get(at) & (Opcode.RSV1 | Opcode.RSV2_RSV3)) == 0) {
            int seven = frame.get(at + 1);
            int header = seven < 126 ? 2 : seven == 126 ? 4 : PlainHeader.LONGEST;
            if (seven >= 0 && frame.remaining() >= header && length(frame, seven, header) == frame.remaining() - header) return header;
        }
        throw new IllegalArgumentException("This is no whole unmasked frame: give one at a time, as it is without extensions");
    }

    private static long length(ByteBuffer frame, int seven, int header) {
        long length = header == 2 ? seven : 0;
        for (int i = 2; i < header; i++) length = length << 8 | frame.get(frame.position() + i) & 0xff;
        return length;
    }

    /** Whether frames go through extensions of the application's. */
    public boolean isExtended() {
        return extensions.isPresent();
    }

    /** Gives back what is held. Frames that are written still are not compressed. */
    @Override
    public void close() {
        closed = true;
        deflating.ifPresent(Deflating::close);
    }
}
