package io.github.changeover.websocket.engine;

import io.github.changeover.websocket.frames.FrameSink;
import jakarta.websocket.CloseReason;

/** Makes calls of a session of what its client sends. In callbacks only. */
interface FrameReceiver {
    /**
     * As {@link FrameSink#frame}.
     *
     * @return whether there was memory for it; if not, nothing must follow
     */
    boolean frame(int first, byte[] bytes, int from, int to);

    /** As {@link FrameSink#wantsWhole}. */
    boolean wantsWhole(int opcode);

    /** Nothing follows. */
    void close();

    /** Sends a Close frame and tells the endpoint. Does nothing when that has been done. */
    void closeSession(CloseReason reason);

    /** Tells the endpoint that the session is closed, if that is still to be done. */
    void deliverClose();
}
