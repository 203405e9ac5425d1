package io.github.changeover.websocket.engine;

import java.util.ArrayDeque;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/**
 * Runs tasks in their order, one at a time, on another executor. Each task has its own request scope. At most one entry of this executor waits in the
 * other executor.
 */
final class SerialExecutor implements Executor {
    private static final System.Logger LOG = System.getLogger(SerialExecutor.class.getName());
    private final Executor executor;
    private final Supplier<Runnable> scope;
    private ArrayDeque<Runnable> tasks;     // null before the first one; this field and the next are guarded by this object
    private boolean scheduled;

    /** @param scope opens a request scope with the caller identity on the current thread; the returned task closes it */
    SerialExecutor(Executor executor, Supplier<Runnable> scope) {
        this.executor = executor;
        this.scope = scope;
    }

    @Override
    public void execute(Runnable task) {
        synchronized (this) {
            if (tasks == null) tasks = new ArrayDeque<>(2);
            tasks.add(task);
            if (scheduled) return;
            scheduled = true;
        }
        executor.execute(this::run);
    }

    private void run() {
        while (true) {
            Runnable task;
            synchronized (this) {
                task = tasks.poll();
                if (task == null) {
                    scheduled = false;
                    return;
                }
            }
            Runnable end = scope.get();
            try {
                task.run();
            } catch (Throwable failure) {       // from application code
                LOG.log(System.Logger.Level.WARNING, "A SendHandler failed", failure);
            } finally {
                end.run();
            }
        }
    }
}
