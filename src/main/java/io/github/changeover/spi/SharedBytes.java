package io.github.changeover.spi;

import java.nio.ByteBuffer;

/**
 * Bytes that never change, for a message that many connections send. A connection that cannot write them immediately queues a reference to them, not a copy.
 *
 * <pre>
 * SharedBytes tick = SharedBytes.copyOf(StandardCharsets.US_ASCII.encode("tick\r\n"));
 * for (SwitchedConnection subscriber : subscribers) subscriber.send(tick);
 * </pre>
 *
 * <p>Thread-safe.
 */
public final class SharedBytes {
    private final ByteBuffer bytes;     // read-only; its position and its limit never change

    private SharedBytes(ByteBuffer bytes) {
        this.bytes = bytes;
    }

    /** Copies the remaining bytes of the buffer. The buffer is not changed. */
    public static SharedBytes copyOf(ByteBuffer bytes) {
        byte[] copy = new byte[bytes.remaining()];
        bytes.get(bytes.position(), copy);
        return new SharedBytes(ByteBuffer.wrap(copy).asReadOnlyBuffer());
    }

    /** Uses the remaining bytes of the buffer without a copy. The caller must never change them afterwards. */
    public static SharedBytes wrap(ByteBuffer bytes) {
        return new SharedBytes(bytes.slice().asReadOnlyBuffer());
    }

    /** The number of bytes. */
    public int size() {
        return bytes.remaining();
    }

    /** Returns a new read-only view of the bytes, with its own position. */
    public ByteBuffer view() {
        return bytes.duplicate();
    }
}
