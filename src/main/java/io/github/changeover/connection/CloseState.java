package io.github.changeover.connection;

import io.github.changeover.spi.CloseCause;
import java.util.concurrent.atomic.AtomicReference;

/**
 * How a connection ends. An orderly close may be requested: then what is queued is still sent. The end itself is decided once: the
 * close that was requested, or what came before it was done. Any thread may request and decide.
 */
final class CloseState {
    private static final System.Logger LOG = System.getLogger(LiveConnection.class.getName());
    private final AtomicReference<CloseCause> requested = new AtomicReference<>();
    private final AtomicReference<CloseCause> decided = new AtomicReference<>();
    private volatile boolean withoutLinger;
    private volatile CloseCause expected;   // null unless the server has asked the handler to close, or closes for a limit
    private boolean failedOnce;             // touched by the thread that processes events only

    /** Requests an orderly close; returns whether nobody had. */
    boolean request(CloseCause cause) {
        return requested.compareAndSet(null, cause);
    }

    /** The orderly close that was requested, or null. */
    CloseCause requested() {
        return requested.get();
    }

    /** Decides the end; returns whether nobody had. */
    boolean decide(CloseCause cause) {
        return decided.compareAndSet(null, cause);
    }

    /** The end, or null. */
    CloseCause decided() {
        return decided.get();
    }

    /** Whether the end is the orderly close that was requested. */
    boolean isOrderly() {
        return decided.get() == requested.get();
    }

    /** A close of the handler's that names no cause counts as this one from now on, unless there is another already. */
    void expect(CloseCause cause) {
        if (expected == null) expected = cause;
    }

    /** The cause of a close of the handler's that names none; {@code otherwise} when the server has not asked for it. */
    CloseCause expectedOr(CloseCause otherwise) {
        CloseCause asked = expected;
        return asked == null ? otherwise : asked;
    }

    /** Both sides have finished: the client's end need not be awaited. */
    void skipLinger() {
        withoutLinger = true;
    }

    boolean skipsLinger() {
        return withoutLinger;
    }

    /** The client sends on all the same, so its end is awaited; returns whether it was not before. */
    boolean lingerAfterAll() {
        boolean before = withoutLinger;
        withoutLinger = false;
        return before;
    }

    /**
     * The handler threw. When it had requested a close before, what it sent is still sent.
     *
     * @return whether that close goes on
     */
    boolean handlerFailed(Throwable failure, LiveConnection connection) {
        boolean ofTheEnd = failure instanceof AnswerGone && decided.get() != null;      // a client can bring it about at will: no line in the log for each
        LOG.log(ofTheEnd ? System.Logger.Level.DEBUG : System.Logger.Level.WARNING, "The handler of " + connection + " failed", failure);
        if (requested.get() != null && !failedOnce) {
            failedOnce = true;
            return true;
        }
        decide(CloseCause.of(CloseCause.Kind.HANDLER_FAILED, failure));
        return false;
    }
}
