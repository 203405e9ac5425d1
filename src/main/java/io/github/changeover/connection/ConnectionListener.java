package io.github.changeover.connection;

import io.github.changeover.spi.CloseCause;
import java.time.Duration;

/** Called when connections open and end, on any thread: it must not block, and must not throw. */
public interface ConnectionListener {
    ConnectionListener NONE = new ConnectionListener() {
    };

    /** A connection has opened; its handler is called next. */
    default void opened(LiveConnection connection) {
    }

    /** A connection that had opened has ended after {@code open}: its socket is closed. Its handler may still be running. */
    default void closed(LiveConnection connection, CloseCause cause, Duration open) {
    }

    /** The client has answered a ping. */
    default void pinged(LiveConnection connection, Duration roundTrip) {
    }

    /** The queue has room again, {@code waited} nanoseconds after it had exceeded its limit. */
    default void slowWrite(LiveConnection connection, long waited) {
    }
}
