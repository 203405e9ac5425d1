package io.github.changeover.spi;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;

/** Speaks the new protocol on one switched connection. */
public sealed interface ConnectionHandler {

    /**
     * Called once, before every other method, on the request's thread, when the switch is certain and the 101 is not yet sent: with what the
     * connection itself does not keep, such as the content of the request ({@link SwitchContext#content()}). It must not block. What it throws
     * is answered 500, and the handler is told its end as after any other failure. By default it does nothing; a handler that its protocol
     * makes from the context needs nothing here.
     */
    default void prepare(SwitchContext context) {
    }

    /**
     * Callbacks, never two at a time, on whatever thread is at hand, with the application's class loader: they must not
     * block. What a callback
     * throws ends the connection with {@link CloseCause.Kind#HANDLER_FAILED}, unless it has closed it before: then
     * what was sent still goes out. {@link #closed} is called exactly once, last, on every path; it comes without
     * {@link #opened} when the connection ends before that.
     */
    non-sealed interface Events extends ConnectionHandler {
        /** The 101 is on its way; the handler may speak first. */
        default void opened(SwitchedConnection connection) {
        }

        /** Octets arrived. The buffer is the handler's during this call only; what it leaves unread is lost. */
        void received(SwitchedConnection connection, ByteBuffer octets);

        /** The queue of outgoing octets has room again after {@link SwitchedConnection#send} answered false. */
        default void writable(SwitchedConnection connection) {
        }

        /** The peer will send no more. By default the connection is closed once everything queued is sent. */
        default void ended(SwitchedConnection connection) {
            connection.close();
        }

        /** Nothing was received or sent for the idle time: what is sent now is the last before the connection closes. */
        default void idle(SwitchedConnection connection) {
        }

        /** The application is going: say goodbye and close within {@code grace}. By default it closes. */
        default void drain(SwitchedConnection connection, Duration grace) {
            connection.close();
        }

        /** The end. Nothing can be sent any more. */
        default void closed(SwitchedConnection connection, CloseCause cause) {
        }
    }

    /**
     * One method on a thread of its own, with streams: a virtual thread where the JDK has them, else one of a
     * bounded pool (an upgrade that finds none free is refused with 503 before the switch).
     */
    @FunctionalInterface
    non-sealed interface Blocking extends ConnectionHandler {
        /**
         * Serves the connection; when it returns everything written is sent and the connection closes. What it throws ends the
         * connection with {@link CloseCause.Kind#HANDLER_FAILED}, unless the connection has ended, or was closing, before. When
         * the application goes the input ends; a handler that has not returned by then is interrupted.
         */
        void serve(SwitchedConnection connection) throws IOException;

        /** Called once instead of {@link #serve} when nothing can be served: the connection has ended before, or no thread is free. */
        default void unserved() {
        }
    }
}
