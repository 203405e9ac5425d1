package io.github.changeover.connection;

import io.github.changeover.spi.CloseCause;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** What is known of a connection outside it, from its opening to its end. */
final class Life {
    private final LiveConnection connection;
    private final Application application;
    private final Runnable place;
    private volatile long openedAt;     // milliseconds of the epoch; 0 before
    private volatile long openedNanos;
    private volatile long fullSince;    // 0 while the queue has room

    /** @param place what to do at the end, on every path, once */
    Life(LiveConnection connection, Application application, Runnable place) {
        this.connection = connection;
        this.application = application;
        this.place = place;
    }

    void begin() {
        openedNanos = System.nanoTime();
        openedAt = System.currentTimeMillis();
        application.register().add(connection);
        application.witness().opened(connection);
    }

    /** The queue has grown over its bound. */
    void full() {
        if (fullSince == 0) fullSince = System.nanoTime() | 1;
    }

    void hasRoom() {
        long since = fullSince;
        fullSince = 0;
        if (since != 0) application.witness().slowWrite(connection, System.nanoTime() - since);
    }

    /** The handler was told the end. */
    void end(CloseCause cause) {
        place.run();        // first: who sees that the connection has gone may have its place
        application.register().remove(connection, cause);
        if (openedAt != 0) application.witness().closed(connection, cause, Duration.ofNanos(System.nanoTime() - openedNanos));
    }

    Optional<Instant> since() {
        return openedAt == 0 ? Optional.empty() : Optional.of(Instant.ofEpochMilli(openedAt));
    }
}
