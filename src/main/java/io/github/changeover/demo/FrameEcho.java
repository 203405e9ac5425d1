package io.github.changeover.demo;

import io.github.changeover.spi.CloseCause;
import io.github.changeover.spi.ConnectionHandler;
import io.github.changeover.spi.SwitchedConnection;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Implements {@code foo/2}: see {@link FooFrames}. Complete frames are sent directly from the received buffer. A partial frame is stored in
 * an array that grows with the received bytes, not with the announced length.
 */
final class FrameEcho implements ConnectionHandler.Events {
    static final int MAX_PAYLOAD = 1 << 20;
    private static final int HEADER = 4;
    private static final byte[] NOTHING = {};

    private byte[] firstFrame;            // sent first, then released
    private byte[] partial = NOTHING;   // the beginning of a frame, with free space for more of it
    private int partialLength;

    private FrameEcho(byte[] firstFrame) {
        this.firstFrame = firstFrame;
    }

    /** Creates a handler that waits for the client's first frame. */
    static FrameEcho silent() {
        return new FrameEcho(null);
    }

    /** Creates a handler that sends a frame with this payload first. */
    static FrameEcho after(byte[] payload) {
        return new FrameEcho(payload);
    }

    @Override
    public void opened(SwitchedConnection connection) {
        if (firstFrame != null) {
            ByteBuffer frame = ByteBuffer.allocate(HEADER + firstFrame.length).putInt(firstFrame.length).put(firstFrame).flip();
            firstFrame = null;
            send(connection, frame);
        }
    }

    @Override
    public void received(SwitchedConnection connection, ByteBuffer bytes) {
        boolean isValidLength = true;
        ByteBuffer finished = null;
        if (partialLength > 0) {
            accept(bytes, HEADER);
            isValidLength = partialLength < HEADER || sane(ByteBuffer.wrap(partial).getInt());
            if (!isValidLength || !complete(bytes)) {
                if (!isValidLength) refuse(connection);
                return;
            }
            finished = ByteBuffer.wrap(partial, 0, partialLength);
            partial = NOTHING;
            partialLength = 0;
        }
        int start = bytes.position();
        while (isValidLength && bytes.remaining() >= HEADER) {
            int length = bytes.getInt(bytes.position());
            isValidLength = sane(length);
            if (!isValidLength || bytes.remaining() - HEADER < length) break;
            bytes.position(bytes.position() + HEADER + length);
        }
        send(connection, joined(finished, bytes.duplicate().flip().position(start)));
        if (isValidLength) {
            accept(bytes, HEADER + MAX_PAYLOAD);
        } else {
            refuse(connection);
        }
    }

    /** Adds the following bytes to the stored frame and returns whether the frame is complete. */
    private boolean complete(ByteBuffer bytes) {
        if (partialLength < HEADER) return false;
        int size = HEADER + ByteBuffer.wrap(partial).getInt();
        accept(bytes, size);
        return partialLength == size;
    }

    /** Stores bytes until {@code size} bytes are stored or no byte is left. */
    private void accept(ByteBuffer bytes, int size) {
        int count = Math.min(bytes.remaining(), size - partialLength);
        if (count <= 0) return;
        if (partialLength + count > partial.length) {
            int room = Math.min(HEADER + MAX_PAYLOAD, Math.max(partialLength + count, 2 * partial.length));
            partial = Arrays.copyOf(partial, room);
        }
        bytes.get(partial, partialLength, count);
        partialLength += count;
    }

    /** Returns one buffer, so that a single send call reports whether the peer is fast enough. */
    private static ByteBuffer joined(ByteBuffer first, ByteBuffer second) {
        if (first == null || !second.hasRemaining()) return first == null ? second : first;
        return ByteBuffer.allocate(first.remaining() + second.remaining()).put(first).put(second).flip();
    }

    private static boolean sane(int length) {
        return length >= 0 && length <= MAX_PAYLOAD;
    }

    private static void send(SwitchedConnection connection, ByteBuffer bytes) {
        if (bytes.hasRemaining() && !connection.send(bytes)) {
            connection.pause();
        }
    }

    private void refuse(SwitchedConnection connection) {
        partial = NOTHING;
        partialLength = 0;
        connection.close(CloseCause.of(CloseCause.Kind.HANDLER, "a frame longer than " + MAX_PAYLOAD + " bytes"));
    }

    @Override
    public void writable(SwitchedConnection connection) {
        connection.resume();
    }
}
