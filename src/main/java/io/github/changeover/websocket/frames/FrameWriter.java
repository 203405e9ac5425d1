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

    /** Uses {@link Compression#DEFAULT}. */
    public FrameWriter(Optional<DeflateAgreement> deflate, DeflaterPool pool) {
        this(deflate, pool, Compression.DEFAULT);
    }

    /**
     * @param deflate     the agreed parameters of permessage-deflate
     * @param pool        the pool of the application
     * @param compression how messages are compressed
     * @throws IllegalArgumentException if the agreed window is smaller than the window of the JDK's compressor
     */
    public FrameWriter(Optional<DeflateAgreement> deflate, DeflaterPool pool, Compression compression) {
        deflate.filter(agreed -> agreed.serverWindowBits() < DeflatePolicy.FULL_WINDOW).ifPresent(agreed -> {
            throw new IllegalArgumentException("The JDK's compressor supports only a window of 15 bits: negotiate by DeflatePolicy.JDK, not " + agreed);
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
     * @param frame  a message, a fragment or a control frame; its buffer has no remaining bytes afterwards
     * @param output receives the bytes to send, as one frame or several; may use each buffer until it returns. If it throws an exception, the connection
     *               has lost bytes: close the connection and this writer
     */
    public void write(OutgoingFrame frame, Consumer<ByteBuffer> output) {
        ByteBuffer bytes = frame.bytes();
        if (extensions.isPresent()) {
            FrameExtensions.Frame sent = extensions.get().outgoing(new FrameExtensions.Frame(first(frame), frame.copyPayload()));
            output.accept(OutgoingFrame.encode(sent.first(), sent.payload(), 0, sent.payload().length));
        } else if (compresses(frame)) {
            boolean begins = frame.opcode() != Opcode.CONTINUATION;
            deflating.orElseThrow().deflate(begins ? first(frame) | Opcode.RSV1 : first(frame), frame.skipHeader(), output);
        } else {
            output.accept(bytes);
        }
        bytes.position(bytes.limit());
    }

    private static int first(OutgoingFrame frame) {
        return frame.isFinal() ? Opcode.FIN | frame.opcode() : frame.opcode();
    }

    private boolean compresses(OutgoingFrame frame) {
        if (deflating.isEmpty() || closed || frame.isControl()) return false;
        boolean compress = frame.opcode() == Opcode.CONTINUATION ? compressing : !frame.isFinal() || frame.payloadSize() >= smallest;
        compressing = compress && !frame.isFinal();
        return compress;
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
