package io.github.changeover.websocket.engine;

import java.util.concurrent.Executor;
import java.util.function.Supplier;

/** Threads of the application's. Each task has a request scope of its own, and the caller of the thread that gives it. */
final class LentExecutor extends SharedExecutor {
    private final Executor threads;
    private final Supplier<Supplier<Runnable>> callers;
    private final Supplier<Runnable> scope;

    /** @param callers gives what the container has on the thread that asks */
    LentExecutor(Executor threads, Supplier<Supplier<Runnable>> callers, Supplier<Runnable> scope) {
        this.threads = threads;
        this.callers = callers;
        this.scope = scope;
    }

    @Override
    public void execute(Runnable task) {
        Supplier<Runnable> caller = callers.get();
        threads.execute(() -> {
            Runnable identity = caller.get();
            Runnable end = scope.get();
            try {
                task.run();
            } finally {
                end.run();
                identity.run();
            }
        });
    }
}
