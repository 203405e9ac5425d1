package io.github.changeover.connection;

import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Threads for callbacks that no thread of the container's runs, and for the results of asynchronous sends: a few, and more only while
 * all of them are busy, as when handlers block; beyond the maximum, callbacks wait. Idle, there is none. A connection has at
 * most one entry in the queue, so the queue is bounded by the number of connections and nothing is rejected.
 */
public final class CallbackPool implements Executor, AutoCloseable {
    /** Locks no longer pin virtual threads. */
    private static final int VIRTUAL_SINCE = 24;
    private final ExecutorService callbacks;
    private final ExecutorService results;

    private CallbackPool(ExecutorService callbacks, ExecutorService results) {
        this.callbacks = callbacks;
        this.results = results;
    }

    /**
     * @param max       callbacks that run at a time, where threads are not virtual ones
     * @param container the container's thread factory, which carries its context; or null for threads of the JDK's, virtual ones from JDK 24 on
     * @param loader    the application's class loader
     */
    public static CallbackPool of(int max, ThreadFactory container, ClassLoader loader) {
        if (container == null && Runtime.version().feature() >= VIRTUAL_SINCE) {
            ExecutorService virtual = BlockingThreads.virtualThreads();
            if (virtual != null) return new CallbackPool(virtual, virtual);
        }
        return new CallbackPool(new Growing(max, factory(container, loader, "changeover-callback-")), new Growing(max, factory(container, loader, "changeover-result-")));
    }

    private static ThreadFactory factory(ThreadFactory container, ClassLoader loader, String name) {
        AtomicInteger count = new AtomicInteger();
        return task -> {
            Thread thread = container != null ? container.newThread(task) : new Thread(task);
            thread.setName(name + count.incrementAndGet());
            thread.setDaemon(true);
            if (container == null) thread.setContextClassLoader(loader);
            return thread;
        };
    }

    /** Runs events of a connection. Does nothing once the application has stopped. */
    @Override
    public void execute(Runnable events) {
        execute(callbacks, events);
    }

    /** Runs the results of asynchronous sends: on threads of their own, for a callback may wait for one. */
    public Executor results() {
        return task -> execute(results, task);
    }

    private static void execute(ExecutorService pool, Runnable task) {
        try {
            pool.execute(task);
        } catch (RejectedExecutionException stopped) {
            System.getLogger(CallbackPool.class.getName()).log(System.Logger.Level.DEBUG, "The application has stopped: a callback does not run");
        }
    }

    /** Stops the threads; callbacks that run are interrupted. */
    @Override
    public void close() {
        try {
            callbacks.shutdownNow();
        } finally {
            results.shutdownNow();
        }
        BlockingThreads.await(callbacks);
        BlockingThreads.await(results);
    }

    /** Makes a thread only when all others are busy. */
    private static final class Growing extends ThreadPoolExecutor {
        private static final int FEW = Math.max(4, 2 * Runtime.getRuntime().availableProcessors());
        private final AtomicInteger underWay = new AtomicInteger();     // given and not done

        Growing(int max, ThreadFactory factory) {
            super(Math.min(FEW, max), max, 10, TimeUnit.SECONDS, new Waiting(), factory);
            allowCoreThreadTimeOut(true);
            ((Waiting) getQueue()).pool = this;
        }

        /** Accepts a task only when a thread will be free for it, or no more may be made. */
        private static final class Waiting extends LinkedBlockingQueue<Runnable> {
            private static final long serialVersionUID = 1;
            private transient Growing pool;

            @Override
            public boolean offer(Runnable task) {
                boolean free = pool.underWay.get() <= pool.getPoolSize();
                return (free || pool.getPoolSize() >= pool.getMaximumPoolSize()) && super.offer(task);
            }

            /** Accepts it in any case. */
            boolean force(Runnable task) {
                return super.offer(task);
            }
        }

        @Override
        public void execute(Runnable task) {
            underWay.incrementAndGet();
            try {
                super.execute(task);
            } catch (RejectedExecutionException full) {     // the last thread was made meanwhile; or the pool has been shut down
                if (isShutdown() || !((Waiting) getQueue()).force(task)) {
                    underWay.decrementAndGet();
                    throw full;
                }
            } catch (RuntimeException | OutOfMemoryError noThread) {    // the system has none, or the container's factory has been stopped
                if (!leaveToOthers(task)) {
                    underWay.decrementAndGet();
                    throw noThread;
                }
            }
        }

        /** Returns whether there is a thread that will take it. One that ends looks at the queue last of all, but may have done so just before. */
        private boolean leaveToOthers(Runnable task) {
            if (getPoolSize() == 0 || !((Waiting) getQueue()).force(task)) return false;
            return getPoolSize() > 0 || !remove(task);
        }

        @Override
        protected void afterExecute(Runnable task, Throwable failure) {
            underWay.decrementAndGet();
        }
    }
}
