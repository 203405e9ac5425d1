package io.github.changeover.websocket.frames;

import java.nio.ByteBuffer;

/** Reads the bytes that a client sends and passes its frames to a {@link FrameListener}. Only one thread at a time may call. */
public interface FrameInput extends AutoCloseable {
    /**
     * Reads the bytes that have arrived.
     *
     * @param bytes    has no remaining bytes afterwards, and belongs to the caller again when this method returns; its array may be changed
     * @param listener may close this reader; an exception of the listener is passed to the caller, and the bytes after that frame are lost
     */
    void read(ByteBuffer bytes, FrameListener listener);

    /** Whether a Close frame arrived. The client sends nothing after it. */
    boolean closeReceived();

    /** Releases all memory. Nothing is read afterwards. */
    @Override
    void close();
}
