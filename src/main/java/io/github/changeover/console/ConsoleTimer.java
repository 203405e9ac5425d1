package io.github.changeover.console;

import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** The single scheduler thread of the console. It runs only while the console is enabled. */
final class ConsoleTimer implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger("io.github.changeover.console");
    private final ScheduledExecutorService executor;
    private volatile Thread thread;

    ConsoleTimer(ClassLoader loader) {
        executor = Executors.newSingleThreadScheduledExecutor(task -> {
            thread = new Thread(task, "changeover-console");
            thread.setDaemon(true);
            thread.setContextClassLoader(loader);
            return thread;
        });
    }

    /** Runs the task immediately and then at this interval, until it is cancelled. */
    Future<?> runEvery(long millis, Runnable task) {
        return executor.scheduleAtFixedRate(() -> {
            try {
                task.run();
            } catch (RuntimeException failure) {
                LOG.log(System.Logger.Level.WARNING, "A periodic task of the console failed", failure);
            }
        }, 0, millis, TimeUnit.MILLISECONDS);
    }

    @Override
    public void close() {
        executor.shutdownNow();
        Thread last = thread;
        if (last == null) return;
        try {
            last.join(1000);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
