package io.github.changeover.websocket.engine;

import java.util.concurrent.Executor;
import java.util.function.Supplier;

/** Runs tasks on threads of the application. Each task has its own request scope and the caller identity of the thread that submits it. */
final class ApplicationExecutor extends UnownedExecutorService {
    private final Executor threads;
    private final Supplier<Supplier<Runnable>> callers;
    private final Supplier<Runnable> scope;

    /** @param callers captures the caller identity that the container keeps on the current thread */
    ApplicationExecutor(Executor threads, Supplier<Supplier<Runnable>> callers, Supplier<Runnable> scope) {
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
