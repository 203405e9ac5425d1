package io.github.changeover.spi;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;

/**
 * Implements the new protocol on one switched connection: with callbacks ({@link Events}), or with one method that runs on a separate thread
 * ({@link Blocking}). Applications implement one of these two. New methods of both have a default. Each connection has its own handler.
 *
 * <h2>Threading</h2>
 * <ul>
 * <li>{@link #prepare} runs on the thread of the request, before every other method. {@link Blocking#serve} runs on its own thread. Everything else
 *     is a callback.
 * <li>The callbacks of one connection never overlap. This includes tasks given to {@link SwitchedConnection#execute} and completions of
 *     sends. They run with the application's class loader. They run on the container's thread that delivers the event (Tomcat) or on a thread of
 *     the callback pool ({@code changeover.callbacks.max}). They never run inside a call of a method of {@link SwitchedConnection}, and never on
 *     a thread that checks timeouts or stops the application.
 * <li>A callback may block. Then only its own connection waits, as long as the pool has a free thread. Timeouts, the close of the socket and
 *     the counters need no handler and still work. Bytes that were sent before are written within some milliseconds.
 * <li>{@link Events#closed} runs exactly once. It is the last callback, and runs after the current callback has returned.
 * <li>When the application stops, a callback that still runs after the drain time is interrupted.
 * <li>If a callback throws, the connection ends with {@link CloseCause.Kind#HANDLER_FAILED}; this includes checked exceptions and errors.
 *     If the handler has closed the connection before, the bytes sent before are still written.
 * </ul>
 */
public sealed interface ConnectionHandler {

    /**
     * Called once, before every other method, on the thread of the request, when the switch is decided and the 101 is not yet sent. The context
     * contains what the connection itself does not keep, such as the content of the request ({@link SwitchContext#content()}). This method must
     * not block. If it throws, the request is rejected with 500, and {@link Events#closed} or {@link Blocking#unserved} is called as after any
     * other failure. The default does nothing. A handler that its protocol creates from the context does not need this method.
     */
    default void prepare(SwitchContext context) {
    }

    /** A handler with callbacks for the events of a connection; one callback runs at a time. {@link ForwardingEvents} wraps another handler. */
    non-sealed interface Events extends ConnectionHandler {
        /** The connection is open and the 101 is being sent. The handler may send bytes before it receives any. */
        default void opened(SwitchedConnection connection) {
        }

        /** Bytes have arrived. The buffer may be used during this call only. Bytes that the handler does not read are lost. */
        void received(SwitchedConnection connection, ByteBuffer bytes);

        /** The queue of outgoing bytes has room again after {@link SwitchedConnection#send} returned {@code false}. */
        default void writable(SwitchedConnection connection) {
        }

        /** The client has ended its side and will send no more bytes. By default the connection is closed after all queued bytes are sent. */
        default void ended(SwitchedConnection connection) {
            connection.close();
        }

        /**
         * No byte was received or sent for the idle time. The bytes that are sent in this call are the last before the connection closes. If no thread
         * is free within 400 ms, the connection is closed without this call.
         */
        default void idle(SwitchedConnection connection) {
        }

        /**
         * The server closes the connection because of a limit or a timeout. The bytes that are sent in this call are the last. The cause is
         * {@link CloseCause.Kind#STALLED} if a message arrives too slowly, {@link CloseCause.Kind#MEMORY}, or a cause that the handler has requested with
         * {@link AdvancedConnection#pingWhenQuiet} or {@link AdvancedConnection#endsAt}. More causes may be added. If no
         * thread is free within 400 ms, the connection is closed without this call.
         */
        default void rejected(SwitchedConnection connection, CloseCause cause) {
        }

        /**
         * The application stops or is being drained, or the lifetime of the connection is over. The handler should inform the client and close the
         * connection within {@code grace}. The default closes it.
         */
        default void drain(SwitchedConnection connection, Duration grace) {
            connection.close();
        }

        /**
         * The connection has ended, for any reason. If it ended before it was open, this is called without {@link #opened}. The socket is closed, and
         * nothing can be sent any more. The completions of all sends have run before.
         */
        default void closed(SwitchedConnection connection, CloseCause cause) {
        }
    }

    /**
     * A handler with one method that uses streams and runs on a separate thread. This is a virtual thread if the JDK has virtual threads and the container
     * provides no thread factory, or else a thread of a bounded pool ({@code changeover.blocking.max}). If no thread of the pool is free, the upgrade is
     * rejected with 503 before the switch.
     */
    @FunctionalInterface
    non-sealed interface Blocking extends ConnectionHandler {
        /**
         * Serves the connection. When it returns, the remaining bytes are sent and the connection closes. If it throws, the connection ends with
         * {@link CloseCause.Kind#HANDLER_FAILED}, unless it had ended or was closing before. The input ends when the application stops or is being
         * drained, or when the lifetime of the connection is over. If the application stops and this method has not returned after the drain time, its thread
         * is interrupted.
         */
        void serve(BlockingConnection connection) throws IOException;

        /** Called once instead of {@link #serve} if the connection has ended before, or if no thread is free. */
        default void unserved() {
        }
    }
}
