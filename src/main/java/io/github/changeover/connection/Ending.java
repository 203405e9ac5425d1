package io.github.changeover.connection;

import io.github.changeover.spi.CloseCause;
import java.util.concurrent.atomic.AtomicReference;

/**
 * How a connection ends. An orderly close may be asked for: then what is queued still goes out. The end itself is decided
 * once: the close that was asked for, or what came before it was done. Any thread may ask and decide.
 */
final class Ending {
    private static final System.Logger LOG = System.getLogger(LiveConnection.class.getName());
    private final AtomicReference<CloseCause> asked = new AtomicReference<>();
    private final AtomicReference<CloseCause> decided = new AtomicReference<>();
    private volatile boolean outputEnded, concluded;
    private boolean forgiven;       // touched in turns only

    /** Asks for an orderly close; answers whether nobody had. */
    boolean ask(CloseCause cause) {
        return asked.compareAndSet(null, cause);
    }

    /** The peer has said its last word: its end need not be awaited. */
    void conclude() {
        concluded = true;
    }

    /** It goes on all the same; answers whether it had said its last word. */
    boolean awaitPeer() {
        boolean before = concluded;
        concluded = false;
        return before;
    }

    boolean concluded() {
        return concluded;
    }

    /** The orderly close that was asked for, or null. */
    CloseCause asked() {
        return asked.get();
    }

    /** Decides the end, unless that was done. */
    void decide(CloseCause cause) {
        decided.compareAndSet(null, cause);
    }

    /** The end, or null. */
    CloseCause decided() {
        return decided.get();
    }

    /** Lets the container have the connection back: in order when the end is the close that was asked for. */
    void release(Transport transport) {
        if (decided.get() == asked.get()) transport.close();
        else transport.abort();
    }

    /** Everything was written, and the peer told that no more comes. */
    void endOutput() {
        outputEnded = true;
    }

    boolean outputEnded() {
        return outputEnded;
    }

    /** The connection is lost. While only the peer's end was awaited that is the end that was asked for: everything was sent. */
    void lose(CloseCause cause) {
        CloseCause close = asked.get();
        decide(close != null && outputEnded ? close : cause);
    }

    /**
     * The handler failed. When it had asked for a close before, what it sent still goes out.
     *
     * @return whether that close goes on
     */
    boolean fail(Throwable failure, LiveConnection connection) {
        LOG.log(System.Logger.Level.WARNING, "The handler of " + connection + " failed", failure);
        if (asked.get() != null && !forgiven) {
            forgiven = true;
            return true;
        }
        decide(CloseCause.of(CloseCause.Kind.HANDLER_FAILED, failure));
        return false;
    }
}
