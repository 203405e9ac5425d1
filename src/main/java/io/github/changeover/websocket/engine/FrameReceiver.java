package io.github.changeover.websocket.engine;

import io.github.changeover.websocket.frames.FrameListener;
import jakarta.websocket.CloseReason;

/** Passes the frames of a client to a session. Called in callbacks only. */
interface FrameReceiver {
    /**
     * As {@link FrameListener#frame}.
     *
     * @return whether there was memory for it; if false, no other frame may be passed
     */
    boolean frame(int opcode, boolean fin, byte[] bytes, int from, int to);

    /** As {@link FrameListener#wantsWhole}. */
    boolean wantsWhole(int opcode);

    /** Called when no other frame follows. */
    void close();

    /** Sends a Close frame and notifies the endpoint. Does nothing if that has already been done. */
    void closeSession(CloseReason reason);

    /** Notifies the endpoint that the session is closed, unless that has already been done. */
    void deliverClose();
}
