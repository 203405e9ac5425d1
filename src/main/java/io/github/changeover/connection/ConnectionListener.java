package io.github.changeover.connection;

import io.github.changeover.spi.CloseCause;
import java.time.Duration;

/** Listens to events of all connections. Called on any thread. Implementations must not block and must not throw. */
public interface ConnectionListener {
    ConnectionListener NONE = new ConnectionListener() {
    };

    /** A connection has opened. Its handler is called next. */
    default void opened(TransportConnection connection) {
    }

    /** A connection has ended and its socket is closed; it was open for the time {@code open}. Its handler may still be running. */
    default void closed(TransportConnection connection, CloseCause cause, Duration open) {
    }

    /** The client has answered a ping. */
    default void pinged(TransportConnection connection, Duration roundTrip) {
    }

    /** The output queue has room again, {@code waited} nanoseconds after it exceeded its limit. */
    default void slowWrite(TransportConnection connection, long waited) {
    }
}
