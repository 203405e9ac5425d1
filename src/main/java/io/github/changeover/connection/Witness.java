package io.github.changeover.connection;

import io.github.changeover.spi.CloseCause;
import java.time.Duration;

/** Told what becomes of connections, on whatever thread it happens: it does not block, and throws nothing. */
public interface Witness {
    Witness NONE = new Witness() {
    };

    /** A connection has opened; its handler is told next. */
    default void opened(LiveConnection connection) {
    }

    /** A connection that had opened has ended after {@code open}; its handler was told. */
    default void closed(LiveConnection connection, CloseCause cause, Duration open) {
    }

    /** The queue has room again, {@code waited} nanoseconds after it had grown over its bound. */
    default void slowWrite(LiveConnection connection, long waited) {
    }
}
