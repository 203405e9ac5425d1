package io.github.changeover.connection;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Threads for handlers that block: virtual threads on JDK 21 and later if there is no thread factory of the container, else threads up to a limit.
 * A thread is reserved before the switch and released at the end of the connection, so that no connection waits for a thread.
 */
public final class BlockingHandlerThreads implements AutoCloseable {
    private final ExecutorService executor;
    private final Semaphore free;
    private final boolean virtual;

    private BlockingHandlerThreads(ExecutorService executor, int max, boolean virtual) {
        this.executor = executor;
        this.free = new Semaphore(max);
        this.virtual = virtual;
    }

    /**
     * @param max       maximum number of threads, if they are not virtual
     * @param container the thread factory of the container, or null to use threads of the JDK
     */
    public static BlockingHandlerThreads of(int max, ThreadFactory container) {
        ExecutorService virtual = container == null ? virtualThreads() : null;
        if (virtual != null) return new BlockingHandlerThreads(virtual, Integer.MAX_VALUE, true);
        ThreadFactory factory = container != null ? container : task -> {
            Thread thread = new Thread(task, "changeover-handler");
            thread.setDaemon(true);
            return thread;
        };
        return new BlockingHandlerThreads(new ThreadPoolExecutor(0, Integer.MAX_VALUE, 10, TimeUnit.SECONDS, new SynchronousQueue<>(), factory), max, false);
    }

    /** Returns an executor that runs each task on a virtual thread; null before JDK 21. */
    static ExecutorService virtualThreads() {
        try {
            return (ExecutorService) Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
        } catch (ReflectiveOperationException before21) {
            return null;
        }
    }

    /** Reserves a thread. Returns {@code false} if no thread is free. */
    public boolean reserve() {
        return free.tryAcquire();
    }

    /** Releases a reserved thread. */
    public void release() {
        free.release();
    }

    void run(Runnable task) {
        executor.execute(task);
    }

    public boolean virtual() {
        return virtual;
    }

    /** Interrupts the handlers that are still running, and waits at most one second for their threads. */
    @Override
    public void close() {
        executor.shutdownNow();
        await(executor);
    }

    /** Waits at most one second for the threads of an executor that has been shut down. */
    static void await(ExecutorService stopped) {
        try {
            stopped.awaitTermination(1, TimeUnit.SECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Waits at most one second for a thread to end, unless it is the calling thread. */
    static void join(Thread stopped) {
        if (stopped == Thread.currentThread()) return;
        try {
            stopped.join(1000);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
