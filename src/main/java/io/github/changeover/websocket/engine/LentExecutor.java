package io.github.changeover.websocket.engine;

import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Threads of the application's, for Tyrus, which wants an {@code ExecutorService}. Each task has a request scope of its own, and the caller of the thread that gives it. Not to be shut down from here. */
final class LentExecutor extends AbstractExecutorService {
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

    @Override
    public void shutdown() {
        // whoever lends it ends it
    }

    @Override
    public List<Runnable> shutdownNow() {
        return List.of();
    }

    @Override
    public boolean isShutdown() {
        return false;
    }

    @Override
    public boolean isTerminated() {
        return false;
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) {
        return false;
    }
}
