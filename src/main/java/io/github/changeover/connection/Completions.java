package io.github.changeover.connection;

import io.github.changeover.spi.SwitchedConnection.Completion;

/** Runs completions of a connection. A failure of one completion does not affect the others. */
final class Completions {
    private static final System.Logger LOG = System.getLogger(TransportConnection.class.getName());

    private Completions() {
    }

    /** @param failure null if the bytes were sent */
    static void complete(Completion completion, Throwable failure) {
        guarded(() -> completion.done(failure));
    }

    /** Runs a task and logs what it throws. Returns whether it completed normally. */
    static boolean guarded(Runnable last) {
        try {
            last.run();
            return true;
        } catch (Throwable thrown) {        // includes checked exceptions, which code in Kotlin or with Lombok can throw
            LOG.log(System.Logger.Level.WARNING, "A handler failed at the end of its connection", thrown);
            return false;
        }
    }
}
