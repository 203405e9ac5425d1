package io.github.changeover.connection;

import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Threads for callbacks that are not run by a thread of the container, and for the results of asynchronous sends. The pool has few threads. It
 * creates more only while all of them are busy, for example because handlers block. At the maximum, callbacks wait in a queue. Idle threads end. A
 * connection has at most one entry in the queue, so the queue is bounded by the number of connections and no callback is rejected.
 */
public final class CallbackExecutor implements Executor, AutoCloseable {
    /** The first JDK in which {@code synchronized} does not pin virtual threads. */
    private static final int VIRTUAL_SINCE = 24;
    private final ExecutorService callbacks;
    private final ExecutorService results;

    private CallbackExecutor(ExecutorService callbacks, ExecutorService results) {
        this.callbacks = callbacks;
        this.results = results;
    }

    /**
     * @param max       maximum number of callbacks that run at the same time, if the threads are not virtual
     * @param container the thread factory of the container, which sets the context of the container; or null to use threads of the JDK, which are
     *                  virtual on JDK 24 and later
     * @param loader    the class loader of the application
     */
    public static CallbackExecutor of(int max, ThreadFactory container, ClassLoader loader) {
        if (container == null && Runtime.version().feature() >= VIRTUAL_SINCE) {
            ExecutorService virtual = BlockingHandlerThreads.virtualThreads();
            if (virtual != null) return new CallbackExecutor(virtual, virtual);
        }
        return new CallbackExecutor(new GrowingPool(max, factory(container, loader, "changeover-callback-")), new GrowingPool(max, factory(container, loader, "changeover-result-")));
    }

    /**
     * Returns an executor with platform threads, for tasks that run as long as the application. The threads have the context of the callback threads. A
     * task never waits: if there is no thread for it, {@code execute} throws an exception or error.
     *
     * @param max maximum number of threads
     */
    public static ExecutorService platformThreads(int max, ThreadFactory container, ClassLoader loader, String name) {
        return new ThreadPoolExecutor(0, max, 10, TimeUnit.SECONDS, new SynchronousQueue<>(), factory(container, loader, name));
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

    /** Processes events of a connection on a thread of the pool. Does nothing once the application has stopped. */
    @Override
    public void execute(Runnable events) {
        execute(callbacks, events);
    }

    /** Returns an executor for the results of asynchronous sends. It has separate threads, because a callback may wait for such a result. */
    public Executor results() {
        return task -> execute(results, task);
    }

    private static void execute(ExecutorService pool, Runnable task) {
        try {
            pool.execute(task);
        } catch (RejectedExecutionException stopped) {
            System.getLogger(CallbackExecutor.class.getName()).log(System.Logger.Level.DEBUG, "A callback was discarded because the application has stopped");
        }
    }

    /** Stops the threads. Running callbacks are interrupted. */
    @Override
    public void close() {
        try {
            callbacks.shutdownNow();
        } finally {
            results.shutdownNow();
        }
        BlockingHandlerThreads.await(callbacks);
        BlockingHandlerThreads.await(results);
    }

    /** A pool that creates a thread only when all others are busy. */
    private static final class GrowingPool extends ThreadPoolExecutor {
        private static final int CORE_THREADS = Math.max(4, 2 * Runtime.getRuntime().availableProcessors());
        private final AtomicInteger running = new AtomicInteger();     // tasks that were submitted and have not finished

        GrowingPool(int max, ThreadFactory factory) {
            super(Math.min(CORE_THREADS, max), max, 10, TimeUnit.SECONDS, new TaskQueue(), factory);
            allowCoreThreadTimeOut(true);
            ((TaskQueue) getQueue()).pool = this;
        }

        /** A queue that accepts a task only if a thread is free for it, or if no more threads may be created. */
        private static final class TaskQueue extends LinkedBlockingQueue<Runnable> {
            private static final long serialVersionUID = 1;
            private transient GrowingPool pool;

            @Override
            public boolean offer(Runnable task) {
                boolean free = pool.running.get() <= pool.getPoolSize();
                return (free || pool.getPoolSize() >= pool.getMaximumPoolSize()) && super.offer(task);
            }

            /** Accepts the task in every case. */
            boolean force(Runnable task) {
                return super.offer(task);
            }
        }

        @Override
        public void execute(Runnable task) {
            running.incrementAndGet();
            try {
                super.execute(task);
            } catch (RejectedExecutionException full) {     // the last thread was created in the meantime, or the pool has been shut down
                if (isShutdown() || !((TaskQueue) getQueue()).force(task)) {
                    running.decrementAndGet();
                    throw full;
                }
            } catch (RuntimeException | OutOfMemoryError noThread) {    // no thread: limit of the system, or the factory of the container is stopped
                if (!queueForOtherThreads(task)) {
                    running.decrementAndGet();
                    throw noThread;
                }
            }
        }

        /**
         * Queues the task for the existing threads. Returns whether one of them will run it. A thread checks the queue before it ends, but this check
         * may have happened just before the task was added; so the number of threads is checked again afterwards.
         */
        private boolean queueForOtherThreads(Runnable task) {
            if (getPoolSize() == 0 || !((TaskQueue) getQueue()).force(task)) return false;
            return getPoolSize() > 0 || !remove(task);
        }

        @Override
        protected void afterExecute(Runnable task, Throwable failure) {
            running.decrementAndGet();
        }
    }
}
