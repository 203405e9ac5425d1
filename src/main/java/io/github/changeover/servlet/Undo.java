package io.github.changeover.servlet;

import java.util.ArrayDeque;
import java.util.Deque;

/** What was started, to be ended in reverse order: when the application ends, or when its start fails half-way. */
final class Undo {
    private static final System.Logger LOG = System.getLogger("io.github.changeover");
    private final Deque<Step> steps = new ArrayDeque<>();

    /** Ends one thing. */
    interface Action {
        void run() throws Exception;
    }

    private record Step(String what, Action action) {
    }

    /** @param what for the log, should the action fail */
    void add(String what, Action action) {
        steps.push(new Step(what, action));
    }

    /** Once; a step that fails does not keep the others from running. */
    void run() {
        while (!steps.isEmpty()) {
            Step step = steps.pop();
            try {
                step.action.run();
            } catch (Exception | Error failure) {
                tell(step, failure);
            }
        }
    }

    private static void tell(Step step, Throwable failure) {
        try {
            LOG.log(System.Logger.Level.WARNING, "Ending " + step.what + " failed", failure);
        } catch (RuntimeException | Error untold) {
            // a log that fails does not keep the other steps from running
        }
    }
}
