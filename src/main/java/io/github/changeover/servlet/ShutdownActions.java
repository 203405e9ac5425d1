package io.github.changeover.servlet;

import java.util.ArrayDeque;
import java.util.Deque;

/** The actions that end what was started, in reverse order, when the application ends or its start fails. */
final class ShutdownActions {
    private static final System.Logger LOG = System.getLogger("io.github.changeover");
    private final Deque<ShutdownStep> steps = new ArrayDeque<>();

    /** An action that ends one part. */
    interface ShutdownAction {
        void run() throws Exception;
    }

    private record ShutdownStep(String what, ShutdownAction action) {
    }

    /** @param what continues "Could not" in the log if the action fails */
    void add(String what, ShutdownAction action) {
        steps.push(new ShutdownStep(what, action));
    }

    /** Runs each action once. An action that fails does not prevent the others from running. */
    void run() {
        while (!steps.isEmpty()) {
            ShutdownStep step = steps.pop();
            try {
                step.action.run();
            } catch (Exception | Error failure) {
                log(step, failure);
            }
        }
    }

    private static void log(ShutdownStep step, Throwable failure) {
        try {
            LOG.log(System.Logger.Level.WARNING, "Could not " + step.what, failure);
        } catch (RuntimeException | Error logFailure) {
            // a failure of the log must not prevent the other actions from running
        }
    }
}
