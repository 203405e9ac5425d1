package io.github.changeover.websocket.engine;

import java.util.ArrayDeque;
import java.util.concurrent.Executor;

/** Runs tasks in their order, one at a time, on another executor: at most one entry of its waits there. */
final class SerialExecutor implements Executor {
    private static final System.Logger LOG = System.getLogger(SerialExecutor.class.getName());
    private final Executor executor;
    private final ArrayDeque<Runnable> tasks = new ArrayDeque<>(2);
    private boolean scheduled;

    SerialExecutor(Executor executor) {
        this.executor = executor;
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
            try {
                task.run();
            } catch (Throwable failure) {       // the application's
                LOG.log(System.Logger.Level.WARNING, "A SendHandler failed", failure);
            }
        }
    }
}
