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
    /** The kinds of end. */
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
        /** The peer took nothing for the stall time while octets waited. */
        STALLED,
        /** The handler sent more than the queue holds. */
        OVERFLOW,
        /** Octets came before the 101, and the protocol forbids that. */
        EARLY_DATA,
        /** The connection was open for the longest time that is allowed. */
        LIFETIME,
        /** The application, or the server, is going. */
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
