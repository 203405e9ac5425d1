package io.github.changeover.websocket.frames;

import java.nio.ByteBuffer;

/** Where a {@link FrameReader} puts what it read: called on the reading thread, in the order of the connection. */
public interface FrameSink {
    /**
     * One or more whole frames, one behind the other: valid, unmasked, not compressed, RSV bits 0. A Close frame is the last
     * there will ever be.
     *
     * @param frames the sink's until it returns
     */
    void frames(ByteBuffer frames);

    /** The connection is to be failed (RFC 6455 section 7.1.7). Comes at most once, after everything that was right, and nothing comes after it. */
    void failed(FrameFault fault);
}
