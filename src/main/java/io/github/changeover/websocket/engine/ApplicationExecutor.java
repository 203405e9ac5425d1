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

    /** Runs the task on one of these threads. Returns whether a thread is available. The task must not throw exceptions. */
    static boolean tryExecute(Executor threads, Runnable task) {
        try {
            threads.execute(task);
            return true;
        } catch (RuntimeException | Error noThread) {       // the application has stopped, or the system has no more threads
            return false;
        }
    }
}
