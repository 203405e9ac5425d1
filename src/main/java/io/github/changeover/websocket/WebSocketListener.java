package io.github.changeover.websocket;

/**
 * Observes the WebSocket sessions of an application, for example for tracing and metrics. The application's implementations are found by
 * {@link java.util.ServiceLoader} ({@code META-INF/services/io.github.changeover.websocket.WebSocketListener}) and among its CDI beans.
 *
 * <p>Threading: calls of {@link #opened}, {@link #messageIn} and {@link #closed} for one session never overlap, and run on the thread that calls the
 * endpoint. {@link #messageOut} runs on the thread that sends. Therefore its calls may overlap with each other and with all other calls. A listener must
 * not block, because the session would wait. An exception of a listener is logged once and has no other effect.
 *
 * <p>Lengths are numbers of bytes of the payload without compression. Control frames are not reported as messages. Later versions may add methods, each
 * with a default implementation.
 */
public interface WebSocketListener {
    /** The result of {@link #messageIn} if nothing must run after the endpoint has returned. */
    Runnable NOTHING = () -> { };

    /** Called when a session opens, before its endpoint is called. */
    default void opened(ObservedSession session) {
    }

    /**
     * Called when a message has arrived, or a part of a message if the endpoint receives partial messages. The endpoint is called next.
     *
     * @param text  true for text, false for binary
     * @param bytes the length of this message or part
     * @param last  whether this is the end of the message
     * @return a task that runs on this thread after the endpoint has returned, for example to close a scope that was opened here; {@link #NOTHING} for
     *         none
     */
    default Runnable messageIn(ObservedSession session, boolean text, int bytes, boolean last) {
        return NOTHING;
    }

    /** Called when a message, or a part of one, was accepted for sending. The parameters are those of {@link #messageIn}. */
    default void messageOut(ObservedSession session, boolean text, int bytes, boolean last) {
    }

    /**
     * Called when the connection has ended and the endpoint was notified. Called once for each session that was opened.
     *
     * @param code   the code of the first Close frame, from either side; 1005 if that frame has no code, 1006 if there was no Close frame (RFC 6455
     *               section 7.1.5)
     * @param reason the reason of that frame, or empty
     */
    default void closed(ObservedSession session, int code, String reason) {
    }
}
