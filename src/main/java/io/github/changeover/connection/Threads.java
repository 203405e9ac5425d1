package io.github.changeover.connection;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Threads for handlers that block: virtual ones where the JDK has them (21 on), else platform threads up to a bound.
 * A place is reserved before the switch and given back at the end, so that no connection waits for a thread.
 */
public final class Threads implements AutoCloseable {
    private final ExecutorService executor;
    private final Semaphore places;
    private final boolean virtual;

    private Threads(ExecutorService executor, int places, boolean virtual) {
        this.executor = executor;
        this.places = new Semaphore(places);
        this.virtual = virtual;
    }

    /**
     * @param most      the bound of platform threads
     * @param container the container's thread factory, or null: threads of the JDK's then
     */
    public static Threads of(int most, ThreadFactory container) {
        if (container == null) {
            try {
                var made = (ExecutorService) Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
                return new Threads(made, Integer.MAX_VALUE, true);
            } catch (ReflectiveOperationException before21) {
                // platform threads it is
            }
        }
        ThreadFactory factory = container != null ? container : task -> {
            Thread thread = new Thread(task, "changeover-handler");
            thread.setDaemon(true);
            return thread;
        };
        return new Threads(new ThreadPoolExecutor(0, Integer.MAX_VALUE, 10, TimeUnit.SECONDS, new SynchronousQueue<>(), factory), most, false);
    }

    /** Takes a place; {@code false} when none is free. */
    public boolean reserve() {
        return places.tryAcquire();
    }

    /** Gives a reserved place back. */
    public void release() {
        places.release();
    }

    void run(Runnable task) {
        executor.execute(task);
    }

    public boolean virtual() {
        return virtual;
    }

    @Override
    public void close() {
        executor.shutdownNow();
        try {
            executor.awaitTermination(1, TimeUnit.SECONDS);     // handlers that heed the interrupt end with the application
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
