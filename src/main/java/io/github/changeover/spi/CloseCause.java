package io.github.changeover.spi;

import java.util.Objects;
import java.util.Optional;

/** Why a switched connection ended. Immutable. */
public final class CloseCause {
    private final Kind kind;
    private final String detail;
    private final Optional<Throwable> failure;
    private final boolean restarts;

    private CloseCause(Kind kind, String detail, Optional<Throwable> failure, boolean restarts) {
        this.kind = Objects.requireNonNull(kind, "kind");
        this.detail = Objects.requireNonNull(detail, "detail");
        this.failure = failure;
        this.restarts = restarts;
    }

    /** The kinds of end. This enum may grow, so a {@code switch} over it needs a default. */
    public enum Kind {
        /** The handler closed the connection, or its {@code serve} method returned. */
        HANDLER,
        /** The client ended its side, and then the handler closed the connection. */
        PEER,
        /** The connection broke, because of a reset or an error of the container. */
        BROKEN,
        /** The handler threw an exception or an error. */
        HANDLER_FAILED,
        /** No byte was received or sent for the idle time. */
        IDLE,
        /**
         * The client was too slow. Within {@code changeover.stall}, it read less than {@code changeover.stall.min} bytes although more waited for it, or
         * it sent less than that of an unfinished message; or it did not read the queued bytes of a closing connection within {@code changeover.closing}.
         */
        STALLED,
        /** After a ping, no byte arrived from the client in time. */
        UNANSWERED,
        /** The application had allowed the connection until a certain time, and this time has passed. */
        EXPIRED,
        /** The handler sent more bytes than the queue can hold. */
        OVERFLOW,
        /**
         * The connections of the application held more than {@code changeover.memory.max}. This connection held the most, or it requested more while the
         * limit was exceeded by a quarter.
         */
        MEMORY,
        /** Bytes arrived before the 101 and the protocol forbids that, or there were more than {@code changeover.early-data.max}. */
        EARLY_DATA,
        /** The connection was open for {@code changeover.lifetime}. The handler closed it after {@code drain}, or the server closed it. */
        LIFETIME,
        /** The application stops or is being drained. The handler closed the connection after {@code drain}, or the server closed it. */
        DRAINED,
        /** {@link SwitchedConnection#abort()} was called, or an operator aborted the connection. */
        EVICTED
    }

    /**
     * Returns a cause without an exception.
     *
     * @param detail a description for a log line
     */
    public static CloseCause of(Kind kind, String detail) {
        return new CloseCause(kind, detail, Optional.empty(), false);
    }

    /** Returns a cause with an exception or error. Its message is the detail. */
    public static CloseCause of(Kind kind, Throwable failure) {
        return new CloseCause(kind, failure.getMessage() == null ? failure.getClass().getSimpleName() : failure.getMessage(), Optional.of(failure), false);
    }

    /**
     * Returns a cause of the kind {@link Kind#DRAINED}.
     *
     * @param detail   a description for a log line
     * @param restarts whether the application restarts
     */
    public static CloseCause drained(String detail, boolean restarts) {
        return new CloseCause(Kind.DRAINED, detail, Optional.empty(), restarts);
    }

    /** Returns the kind of end. */
    public Kind kind() {
        return kind;
    }

    /** Returns a description for a log line. */
    public String detail() {
        return detail;
    }

    /** Returns the exception or error, if there is one. */
    public Optional<Throwable> failure() {
        return failure;
    }

    /**
     * Returns whether the application is drained because it restarts, so that the client can connect to it again. The setting {@code changeover.drain.code}
     * or the operator decides this. {@code false} for every kind other than {@link Kind#DRAINED}.
     */
    public boolean restarts() {
        return restarts;
    }

    @Override
    public String toString() {
        return kind + ": " + detail + failure.map(thrown -> " (" + thrown.getClass().getName() + ")").orElse("");
    }
}
