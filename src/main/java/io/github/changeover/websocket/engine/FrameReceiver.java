package io.github.changeover.websocket.engine;

import io.github.changeover.websocket.frames.FrameListener;
import jakarta.websocket.CloseReason;
import org.glassfish.tyrus.core.TyrusWebSocket;
import org.glassfish.tyrus.core.WebSocketException;
import org.glassfish.tyrus.core.frame.CloseFrame;

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

    /** Closes the session with the reason of the exception if it is Tyrus' own, otherwise with 1011. */
    static void closeAfter(RuntimeException thrown, TyrusWebSocket socket) {
        if (thrown instanceof WebSocketException wrong) {
            socket.onClose(new CloseFrame(wrong.getCloseReason()));
        } else {
            System.getLogger(FrameReceiver.class.getName()).log(System.Logger.Level.WARNING, "A WebSocket endpoint threw an exception, and so did its onError", thrown);
            socket.onClose(new CloseFrame(new CloseReason(CloseReason.CloseCodes.UNEXPECTED_CONDITION, "")));
        }
    }

    /** Notifies the endpoint that the session is closed, unless that has already been done. */
    void deliverClose();
}
