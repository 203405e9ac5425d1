package io.github.changeover.connection;

import io.github.changeover.spi.CloseCause;

/**
 * How a connection ends. A thread may request an orderly close: then queued bytes are still sent. The cause of the end is decided once. It is the
 * requested close, or an event that ended the connection before this close was completed. Any thread may request and decide.
 */
final class CloseState {
    private static final System.Logger LOG = System.getLogger(TransportConnection.class.getName());
    private volatile CloseCause requested, decided;     // each is set once, under the lock of this object
    private volatile boolean withoutLinger;
    private volatile CloseCause expectedCause;   // null unless the server has requested a close from the handler, or closes because of a limit
    private boolean failedOnce;             // used only by the thread that processes events, and after serve() has thrown

    /** Requests an orderly close. Returns {@code false} if one was requested before; then this call has no effect. */
    synchronized boolean request(CloseCause cause) {
        if (requested != null) return false;
        requested = cause;
        return true;
    }

    /** The orderly close that was requested, or null. */
    CloseCause requested() {
        return requested;
    }

    /** Decides the cause of the end. Returns {@code false} if it was decided before; then this call has no effect. */
    synchronized boolean decide(CloseCause cause) {
        if (decided != null) return false;
        decided = cause;
        return true;
    }

    /** The cause of the end, or null if it is not decided. */
    CloseCause decided() {
        return decided;
    }

    /** Whether the end is the orderly close that was requested. */
    boolean isOrderly() {
        return decided == requested;
    }

    /** From now on, this is the cause if the handler closes without a cause. Only the first call has an effect. */
    void expect(CloseCause cause) {
        if (expectedCause == null) expectedCause = cause;
    }

    /** The cause that {@link #expect} has set, or null. */
    CloseCause expected() {
        return expectedCause;
    }

    /** The cause of a close without a cause by the handler; {@code otherwise} if the server has not requested a close. */
    CloseCause expectedOr(CloseCause otherwise) {
        CloseCause asked = expectedCause;
        return asked == null ? otherwise : asked;
    }

    /** Both sides have finished, so the connection need not wait for the client to end its side. */
    void skipLinger() {
        withoutLinger = true;
    }

    boolean skipsLinger() {
        return withoutLinger;
    }

    /** The client still sends, so the connection waits for it to end its side, as if {@link #skipLinger} had not been called. */
    void linger() {
        withoutLinger = false;
    }

    /**
     * The handler threw. If it had requested a close before, its queued bytes are still sent.
     *
     * @return whether this close continues
     */
    boolean handlerFailed(Throwable failure, TransportConnection connection) {
        boolean ofTheEnd = failure instanceof OriginalResponseReleasedException && decided != null;      // a client can cause this any time, so it must not fill the log
        LOG.log(ofTheEnd ? System.Logger.Level.DEBUG : System.Logger.Level.WARNING, "The handler of " + connection + " failed", failure);
        if (requested != null && !failedOnce) {
            failedOnce = true;
            return true;
        }
        decide(CloseCause.of(CloseCause.Kind.HANDLER_FAILED, failure));
        return false;
    }
}
