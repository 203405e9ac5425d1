package io.github.changeover.spi;

import java.util.Optional;

/**
 * Why a switched connection ended.
 *
 * @param kind    the kind of end
 * @param detail  in words, for a log line
 * @param failure what was thrown, when something was
 */
public record CloseCause(Kind kind, String detail, Optional<Throwable> failure) {
    /** The kinds of end. More may be added. */
    public enum Kind {
        /** The handler closed, or returned. */
        HANDLER,
        /** The peer ended its side, and then the handler closed. */
        PEER,
        /** The connection broke: a reset, or an error of the container. */
        BROKEN,
        /** The handler threw. */
        HANDLER_FAILED,
        /** Nothing was received or sent for the idle time. */
        IDLE,
        /** In some {@code changeover.stall} the client took, or sent of an unfinished message, less than {@code changeover.stall.min}. */
        STALLED,
        /** Nothing came from the client for some time after it was pinged. */
        UNANSWERED,
        /** The time until which the application had allowed the connection is over. */
        EXPIRED,
        /** The handler sent more than the queue holds. */
        OVERFLOW,
        /** The connections of the application held more than {@code changeover.memory.max}, and this one held the most. */
        MEMORY,
        /** Octets came before the 101, and the protocol forbids that. */
        EARLY_DATA,
        /** The connection was open for {@code changeover.lifetime}: the handler was asked to close it and did, or it was closed. */
        LIFETIME,
        /** The application stops or is being drained: the handler was asked to close the connection and did, or it was closed. */
        DRAINED,
        /** {@link SwitchedConnection#evict()}, or an operator. */
        EVICTED
    }

    public static CloseCause of(Kind kind, String detail) {
        return new CloseCause(kind, detail, Optional.empty());
    }

    public static CloseCause of(Kind kind, Throwable failure) {
        return new CloseCause(kind, failure.getMessage() == null ? failure.getClass().getSimpleName() : failure.getMessage(), Optional.of(failure));
    }

    @Override
    public String toString() {
        return kind + ": " + detail + failure.map(thrown -> " (" + thrown.getClass().getName() + ")").orElse("");
    }
}
