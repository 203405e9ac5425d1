package io.github.changeover.spi;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;

/**
 * Speaks the new protocol on one switched connection: with callbacks ({@link Events}), or with one method on a thread of its own
 * ({@link Blocking}).
 *
 * <h2>Threading</h2>
 * <ul>
 * <li>Callbacks of one connection, tasks given to {@link SwitchedConnection#execute} and completions of its sends among them, never
 *     overlap. They run with the application's class loader, on the container's thread that brings the event (Tomcat) or on a thread of
 *     the callback pool ({@code changeover.callbacks.max}); never on the thread of whoever calls a method of
 *     {@link SwitchedConnection}, and never on a thread that watches timeouts or stops the application.
 * <li>A callback may block. Then only its own connection waits, as long as the pool has a free thread. What needs no handler happens
 *     all the same: timeouts, the close of the socket, counting. What was sent before leaves within some milliseconds.
 * <li>{@link Events#closed} runs exactly once, last, after the callback that is running has returned.
 * <li>When the application stops, a callback that still runs when the drain time is over is interrupted.
 * <li>What a callback throws, checked exceptions and errors included, ends the connection with
 *     {@link CloseCause.Kind#HANDLER_FAILED}, unless it has closed it before: then what was sent still leaves.
 * </ul>
 */
public sealed interface ConnectionHandler {

    /**
     * Called once, before every other method, on the request's thread, when the switch is certain and the 101 is not yet sent: with what the
     * connection itself does not keep, such as the content of the request ({@link SwitchContext#content()}). It must not block. What it throws
     * is answered 500, and the handler is told its end as after any other failure. By default it does nothing; a handler that its protocol
     * makes from the context needs nothing here.
     */
    default void prepare(SwitchContext context) {
    }

    /** Callbacks for what happens on a connection, one at a time. */
    non-sealed interface Events extends ConnectionHandler {
        /** The 101 is on its way; the handler may speak first. */
        default void opened(SwitchedConnection connection) {
        }

        /** Bytes arrived. The buffer is the handler's during this call only; what it leaves unread is lost. */
        void received(SwitchedConnection connection, ByteBuffer bytes);

        /** The queue of outgoing bytes has room again after {@link SwitchedConnection#send} returned false. */
        default void writable(SwitchedConnection connection) {
        }

        /** The client will send no more. By default the connection is closed once everything queued is sent. */
        default void ended(SwitchedConnection connection) {
            connection.close();
        }

        /**
         * Nothing was received or sent for the idle time: what is sent now is the last before the connection closes. Where no thread is
         * free for 400 ms the connection is closed without this call.
         */
        default void idle(SwitchedConnection connection) {
        }

        /**
         * The server closes the connection for what its client sends, or fails to send: what is sent now is the last. The cause is
         * {@link CloseCause.Kind#STALLED}, for a message that arrives too slowly, {@link CloseCause.Kind#MEMORY}, or what the handler has asked for by
         * {@link AdvancedConnection#pingWhenQuiet} and {@link AdvancedConnection#endsAt}; more may be added. Where no
         * thread is free for 400 ms the connection is closed without this call.
         */
        default void rejected(SwitchedConnection connection, CloseCause cause) {
        }

        /** The application stops, is drained, or the connection's lifetime is over: say so and close within {@code grace}. By default it closes. */
        default void drain(SwitchedConnection connection, Duration grace) {
            connection.close();
        }

        /**
         * The connection has ended, on whatever path; the call comes without {@link #opened} when it ended before that. The socket is closed, and
         * nothing can be sent any more. Completions of all sends have run before.
         */
        default void closed(SwitchedConnection connection, CloseCause cause) {
        }
    }

    /**
     * One method on a thread of its own, with streams: a virtual thread where the JDK has them, else one of a
     * bounded pool ({@code changeover.blocking.max}; an upgrade that finds none free is rejected with 503 before the switch).
     */
    @FunctionalInterface
    non-sealed interface Blocking extends ConnectionHandler {
        /**
         * Serves the connection; when it returns everything written is sent and the connection closes. What it throws ends the
         * connection with {@link CloseCause.Kind#HANDLER_FAILED}, unless the connection has ended, or was closing, before. When
         * the application stops the input ends; a handler that has not returned when the drain time is over is interrupted.
         */
        void serve(SwitchedConnection connection) throws IOException;

        /** Called once instead of {@link #serve} when nothing can be served: the connection has ended before, or no thread is free. */
        default void unserved() {
        }
    }
}
