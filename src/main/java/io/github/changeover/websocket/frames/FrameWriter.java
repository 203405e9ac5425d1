package io.github.changeover.websocket.frames;

import io.github.changeover.websocket.DeflateAgreement;
import io.github.changeover.websocket.DeflatePolicy;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Writes a server's frames: RFC 6455 section 5, RFC 7692 sections 6 and 7.2.1. The input is single frames as they are without extensions. If
 * permessage-deflate is agreed on, the output is compressed.
 *
 * <p>A short message in one frame is not compressed ({@link Compression}); the RFC always allows that. A message that is still long after compression is
 * split into several frames, so that it needs no second array of its size. Calls must not overlap, but may come from any thread.
 */
public final class FrameWriter implements AutoCloseable {
    private final Optional<MessageDeflater> deflating;
    private final Optional<FrameExtensions> extensions;
    private final int smallest;
    private boolean compressing;        // the unfinished message is compressed
    private boolean closed;

    /** Uses {@link Compression#USUAL}. */
    public FrameWriter(Optional<DeflateAgreement> deflate, DeflaterPool pool) {
        this(deflate, pool, Compression.USUAL);
    }

    /**
     * @param deflate     the agreed parameters of permessage-deflate
     * @param pool        the pool of the application
     * @param compression how messages are compressed
     * @throws IllegalArgumentException if the agreed window is smaller than the window of the JDK's compressor
     */
    public FrameWriter(Optional<DeflateAgreement> deflate, DeflaterPool pool, Compression compression) {
        deflate.filter(agreed -> agreed.serverWindowBits() < DeflatePolicy.FULL_WINDOW).ifPresent(agreed -> {
            throw new IllegalArgumentException("The JDK's compressor has one window, of 15 bits: agree by DeflatePolicy.JDK, not on " + agreed);
        });
        deflating = deflate.map(agreed -> new MessageDeflater(pool, compression.level(), !agreed.serverNoContextTakeover()));
        extensions = Optional.empty();
        smallest = compression.smallest();
    }

    /** Passes every frame through these extensions and compresses none. */
    public FrameWriter(FrameExtensions extensions) {
        this.deflating = Optional.empty();
        this.extensions = Optional.of(extensions);
        this.smallest = 0;
    }

    /**
     * Writes a frame.
     *
     * @param frame  one complete unmasked frame with RSV bits 0: a message, a fragment or a control frame; has no remaining bytes afterwards
     * @param output receives the bytes to send, as one frame or several; may use each buffer until it returns. If it throws an exception, the connection
     *               has lost bytes: close the connection and this writer
     * @throws IllegalArgumentException if the buffer does not contain exactly one such frame
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
        return ServerFrame.of(sent.first(), sent.payload(), 0, sent.payload().length);
    }

    private boolean compresses(int first, int length) {
        if (deflating.isEmpty() || closed || Opcode.isControl(first)) return false;
        boolean isFinal = (first & Opcode.FIN) != 0;
        boolean compress = (first & Opcode.MASK) == Opcode.CONTINUATION ? compressing : !isFinal || length >= smallest;
        compressing = compress && !isFinal;
        return compress;
    }

    /** Returns the length of the header in bytes. */
    private static int header(ByteBuffer frame) {
        int at = frame.position();
        if (frame.remaining() >= 2 && (frame.get(at) & (Opcode.RSV1 | Opcode.RSV2_RSV3)) == 0) {
            int seven = frame.get(at + 1);
            int header = seven < 126 ? 2 : seven == 126 ? 4 : ServerFrameHeader.LONGEST;
            if (seven >= 0 && frame.remaining() >= header && length(frame, seven, header) == frame.remaining() - header) return header;
        }
        throw new IllegalArgumentException("This is no whole unmasked frame: give one at a time, as it is without extensions");
    }

    private static long length(ByteBuffer frame, int seven, int header) {
        long length = header == 2 ? seven : 0;
        for (int i = 2; i < header; i++) length = length << 8 | frame.get(frame.position() + i) & 0xff;
        return length;
    }

    /** Whether frames are passed through extensions of the application. */
    public boolean isExtended() {
        return extensions.isPresent();
    }

    /** Releases the compressor. Frames that are written afterwards are not compressed. */
    @Override
    public void close() {
        closed = true;
        deflating.ifPresent(MessageDeflater::close);
    }
}
