package io.github.changeover.servlet.container;

import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Threads for what a container's callbacks lead to: a few, and more only while all of them are busy, as when an application waits
 * for something in a callback; beyond the most, callbacks wait. Idle, there is none.
 */
final class CallbackThreads extends ThreadPoolExecutor {
    private static final int FEW = Math.max(4, 2 * Runtime.getRuntime().availableProcessors());
    private static final int MOST = 200;
    private final AtomicInteger underWay = new AtomicInteger();     // given and not done

    CallbackThreads() {
        super(FEW, MOST, 10, TimeUnit.SECONDS, new Waiting(), task -> {
            Thread thread = new Thread(task, "changeover-callbacks");
            thread.setDaemon(true);
            return thread;
        });
        allowCoreThreadTimeOut(true);
        ((Waiting) getQueue()).threads = this;
    }

    /** Takes a callback only when a thread will be free for it, or no more may be made. */
    private static final class Waiting extends LinkedBlockingQueue<Runnable> {
        private static final long serialVersionUID = 1;
        private transient CallbackThreads threads;

        @Override
        public boolean offer(Runnable task) {
            boolean free = threads.underWay.get() <= threads.getPoolSize();
            return (free || threads.getPoolSize() >= MOST) && super.offer(task);
        }

        private boolean take(Runnable task) {
            return super.offer(task);
        }
    }

    @Override
    public void execute(Runnable task) {
        underWay.incrementAndGet();
        try {
            super.execute(task);
        } catch (RejectedExecutionException full) {     // the last thread was made meanwhile; or all this has ended
            if (isShutdown() || !((Waiting) getQueue()).take(task)) {
                underWay.decrementAndGet();
                throw full;
            }
        }
    }

    @Override
    protected void afterExecute(Runnable task, Throwable failure) {
        underWay.decrementAndGet();
    }
}
