package io.github.changeover.websocket.engine;

import java.util.ArrayDeque;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/** Runs tasks in their order, one at a time, on another executor, each in a request scope of its own: at most one entry of its waits there. */
final class SerialExecutor implements Executor {
    private static final System.Logger LOG = System.getLogger(SerialExecutor.class.getName());
    private final Executor executor;
    private final Supplier<Runnable> scope;
    private final ArrayDeque<Runnable> tasks = new ArrayDeque<>(2);
    private boolean scheduled;

    /** @param scope begins a request scope on the thread, with the caller; what it returns ends it */
    SerialExecutor(Executor executor, Supplier<Runnable> scope) {
        this.executor = executor;
        this.scope = scope;
    }

    @Override
    public void execute(Runnable task) {
        synchronized (tasks) {
            tasks.add(task);
            if (scheduled) return;
            scheduled = true;
        }
        executor.execute(this::run);
    }

    private void run() {
        while (true) {
            Runnable task;
            synchronized (tasks) {
                task = tasks.poll();
                if (task == null) {
                    scheduled = false;
                    return;
                }
            }
            Runnable end = scope.get();
            try {
                task.run();
            } catch (Throwable failure) {       // the application's
                LOG.log(System.Logger.Level.WARNING, "A SendHandler failed", failure);
            } finally {
                end.run();
            }
        }
    }
}
