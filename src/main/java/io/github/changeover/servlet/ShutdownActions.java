package io.github.changeover.servlet;

import java.util.ArrayDeque;
import java.util.Deque;

/** The actions that end what was started, in reverse order, when the application ends or its start fails. */
final class ShutdownActions {
    private static final System.Logger LOG = System.getLogger("io.github.changeover");
    private final Deque<Step> steps = new ArrayDeque<>();

    /** An action that ends one part. */
    interface Action {
        void run() throws Exception;
    }

    private record Step(String what, Action action) {
    }

    /** @param what for the log if the action fails */
    void add(String what, Action action) {
        steps.push(new Step(what, action));
    }

    /** Runs each action once. An action that fails does not prevent the others from running. */
    void run() {
        while (!steps.isEmpty()) {
            Step step = steps.pop();
            try {
                step.action.run();
            } catch (Exception | Error failure) {
                log(step, failure);
            }
        }
    }

    private static void log(Step step, Throwable failure) {
        try {
            LOG.log(System.Logger.Level.WARNING, "Ending " + step.what + " failed", failure);
        } catch (RuntimeException | Error untold) {
            // a failure of the log must not prevent the other actions from running
        }
    }
}
