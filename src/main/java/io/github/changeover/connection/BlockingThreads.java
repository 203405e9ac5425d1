package io.github.changeover.connection;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Threads for handlers that block: virtual ones where the JDK has them (21 on), else platform threads up to a limit.
 * One is reserved before the switch and given back at the end, so that no connection waits for a thread.
 */
public final class BlockingThreads implements AutoCloseable {
    private final ExecutorService executor;
    private final Semaphore free;
    private final boolean virtual;

    private BlockingThreads(ExecutorService executor, int max, boolean virtual) {
        this.executor = executor;
        this.free = new Semaphore(max);
        this.virtual = virtual;
    }

    /**
     * @param max       platform threads at a time
     * @param container the container's thread factory, or null: threads of the JDK's then
     */
    public static BlockingThreads of(int max, ThreadFactory container) {
        ExecutorService virtual = container == null ? virtualThreads() : null;
        if (virtual != null) return new BlockingThreads(virtual, Integer.MAX_VALUE, true);
        ThreadFactory factory = container != null ? container : task -> {
            Thread thread = new Thread(task, "changeover-handler");
            thread.setDaemon(true);
            return thread;
        };
        return new BlockingThreads(new ThreadPoolExecutor(0, Integer.MAX_VALUE, 10, TimeUnit.SECONDS, new SynchronousQueue<>(), factory), max, false);
    }

    /** Runs each task on a virtual thread; null before JDK 21. */
    static ExecutorService virtualThreads() {
        try {
            return (ExecutorService) Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
        } catch (ReflectiveOperationException before21) {
            return null;
        }
    }

    /** Reserves a thread; {@code false} when none is free. */
    public boolean reserve() {
        return free.tryAcquire();
    }

    /** Gives a reserved thread back. */
    public void release() {
        free.release();
    }

    void run(Runnable task) {
        executor.execute(task);
    }

    public boolean virtual() {
        return virtual;
    }

    /** Interrupts the handlers that are still running, and waits a second for them. */
    @Override
    public void close() {
        executor.shutdownNow();
        await(executor);
    }

    /** Waits a second for threads that were told to stop. */
    static void await(ExecutorService stopped) {
        try {
            stopped.awaitTermination(1, TimeUnit.SECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** The same for one thread. */
    static void join(Thread stopped) {
        if (stopped == Thread.currentThread()) return;
        try {
            stopped.join(1000);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
