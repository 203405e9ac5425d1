package io.github.changeover.websocket;

/**
 * Observes the WebSocket sessions of an application: something for tracing and metrics to stand on. The application's implementations are found by
 * {@link java.util.ServiceLoader} ({@code META-INF/services/io.github.changeover.websocket.WebSocketListener}) and among its CDI beans.
 *
 * <p>Threading: {@link #opened}, {@link #messageIn} and {@link #closed} of one session never overlap, and run on the thread that calls the endpoint.
 * {@link #messageOut} runs on the thread that sends, so that calls of it may overlap with each other and with all others. A listener must not block: the
 * session would wait. What it throws is logged once and changes nothing.
 *
 * <p>Lengths are those of the payload without compression. Control frames are no messages. More methods may be added, each with a default.
 */
public interface WebSocketListener {
    /** For a listener with nothing to do when the endpoint returns. */
    Runnable NOTHING = () -> { };

    /** A session opens; its endpoint is called next. */
    default void opened(ObservedSession session) {
    }

    /**
     * A message has arrived, or a part of one where the endpoint takes parts; the endpoint is called next.
     *
     * @param text  whether it is text, not binary
     * @param bytes of this message or part
     * @param last  whether the message ends with it
     * @return runs on this thread when the endpoint has returned, so that a scope that was opened here can be closed there; {@link #NOTHING} for nothing
     */
    default Runnable messageIn(ObservedSession session, boolean text, int bytes, boolean last) {
        return NOTHING;
    }

    /** A message, or a part of one, was accepted to be sent. Parameters as of {@link #messageIn}. */
    default void messageOut(ObservedSession session, boolean text, int bytes, boolean last) {
    }

    /**
     * The connection has ended, and the endpoint was told. Called once for each session that has opened.
     *
     * @param code   of the first Close frame of either side; 1005 for one without a code, 1006 when there was none (RFC 6455 section 7.1.5)
     * @param reason of that frame, or empty
     */
    default void closed(ObservedSession session, int code, String reason) {
    }
}
