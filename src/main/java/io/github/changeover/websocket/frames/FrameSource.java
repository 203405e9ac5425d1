package io.github.changeover.websocket.frames;

import java.nio.ByteBuffer;

/** Reads what a client sends, and tells a {@link FrameSink} of it. One thread at a time may call. */
public interface FrameSource extends AutoCloseable {
    /**
     * Reads what has arrived.
     *
     * @param bytes emptied, and the caller's again when this returns; its array may be written to
     * @param sink  may close this source; what it throws is thrown on, and the bytes behind that are lost
     */
    void read(ByteBuffer bytes, FrameSink sink);

    /** Whether a Close frame came: the client sends no more. */
    boolean closeCame();

    /** Gives back what is held. Nothing is read any more. */
    @Override
    void close();
}
