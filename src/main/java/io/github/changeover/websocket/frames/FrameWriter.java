package io.github.changeover.websocket.frames;

import io.github.changeover.spi.SharedBytes;
import io.github.changeover.websocket.DeflateAgreement;
import io.github.changeover.websocket.DeflatePolicy;
import java.util.Optional;

/**
 * Writes a server's frames: RFC 6455 section 5, RFC 7692 sections 6 and 7.2.1. The input is single frames as they are without extensions. If
 * permessage-deflate is agreed on, the output is compressed.
 *
 * <p>A short message in one frame is not compressed ({@link Compression}); the RFC always allows that. A message that is still long after compression is
 * split into several frames, so that it needs no second array of its size. Calls must not overlap, but may come from any thread.
 *
 * <p>A reusable message is compressed once for all writers whose window is empty before each message (server_no_context_takeover) and whose level is equal:
 * their output is the same. With {@link Compression.Sharing#ALL} this includes writers that keep their window, if the message is shared. RFC 7692 allows a
 * server not to use its window for a message. But the client's window then contains this message, and the compressor has never seen it. Therefore
 * the compressor forgets its window, and the next message refers to nothing before itself.
 */
public final class FrameWriter implements AutoCloseable {
    private final Optional<MessageDeflater> deflating;
    private final Optional<FrameExtensions> extensions;
    private final Compression compression;
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
        this.compression = compression;
    }

    /** Passes every frame through these extensions and compresses none. */
    public FrameWriter(FrameExtensions extensions) {
        this.deflating = Optional.empty();
        this.extensions = Optional.of(extensions);
        this.compression = Compression.DEFAULT;
    }

    /**
     * Writes a frame.
     *
     * @param frame  a message, a fragment or a control frame; its buffer has no remaining bytes afterwards, unless it is reusable
     * @param output receives the bytes to send, as one frame or several. If it throws an exception, the connection has lost bytes: close the connection
     *               and this writer
     */
    public void write(OutgoingFrame frame, FrameOutput output) {
        if (extensions.isPresent()) {
            FrameExtensions.Frame sent = extensions.get().outgoing(new FrameExtensions.Frame(first(frame), frame.copyPayload()));
            output.write(OutgoingFrame.encode(sent.first(), sent.payload(), 0, sent.payload().length));
        } else if (compresses(frame)) {
            compress(frame, deflating.orElseThrow(), output);
        } else if (frame.shared() != null) {
            output.write(frame.shared());
        } else {
            output.write(frame.bytes());
        }
        frame.sent();
    }

    private void compress(OutgoingFrame frame, MessageDeflater deflater, FrameOutput output) {
        boolean shared = frame.shared() != null;
        boolean withoutContext = switch (compression.sharing()) {
            case NONE -> false;
            case WITHOUT_CONTEXT -> !deflater.keepsContext() && mayBeShared(frame);
            case ALL -> deflater.keepsContext() ? shared : mayBeShared(frame);
        };
        boolean begins = frame.opcode() != Opcode.CONTINUATION;
        int first = begins ? first(frame) | Opcode.RSV1 : first(frame);
        if (!withoutContext) {
            deflater.deflate(first, frame.skipHeader(), output);
            return;
        }
        SharedBytes compressed = frame.compressed(compression.level());
        if (compressed == null) {
            compressed = deflater.deflateWithoutContext(first, frame.skipHeader());
            frame.keepCompressed(compression.level(), compressed);
        }
        deflater.close();       // forgets the window, if it keeps one
        if (shared) output.write(compressed);
        else output.write(compressed.view());
    }

    /** Whether other connections send the frame, or may do so and it is so short that it becomes one piece in any case. */
    private static boolean mayBeShared(OutgoingFrame frame) {
        return frame.shared() != null || frame.isReusable() && frame.payloadSize() <= MessageDeflater.ONE_PIECE;
    }

    private static int first(OutgoingFrame frame) {
        return frame.isFinal() ? Opcode.FIN | frame.opcode() : frame.opcode();
    }

    private boolean compresses(OutgoingFrame frame) {
        if (deflating.isEmpty() || closed || frame.isControl()) return false;
        boolean compress = frame.opcode() == Opcode.CONTINUATION ? compressing : !frame.isFinal() || frame.payloadSize() >= compression.smallest();
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
