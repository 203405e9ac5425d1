package io.github.changeover.connection;

import io.github.changeover.spi.SwitchedConnection.Completion;

/** Runs completions of a connection so that the failure of one does not stop the others. */
final class Completions {
    private static final System.Logger LOG = System.getLogger(LiveConnection.class.getName());

    private Completions() {
    }

    /** @param failure null when the bytes were sent */
    static void complete(Completion completion, Throwable failure) {
        guarded(() -> completion.done(failure));
    }

    /** One of the last things a handler does. Returns whether it threw nothing. */
    static boolean guarded(Runnable last) {
        try {
            last.run();
            return true;
        } catch (Throwable thrown) {        // also a checked exception, as Kotlin and Lombok throw them
            LOG.log(System.Logger.Level.WARNING, "A handler failed at the end of its connection", thrown);
            return false;
        }
    }
}
