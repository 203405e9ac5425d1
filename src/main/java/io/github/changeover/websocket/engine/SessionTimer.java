package io.github.changeover.websocket.engine;

import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The timer for heartbeats that Tyrus schedules for the application, and for timeouts of asynchronous sends. Tasks of Tyrus run on other threads: a
 * heartbeat may wait for its client, and would delay all other sessions. A cancelled task is removed immediately. The timer keeps no thread when no task
 * is scheduled.
 */
final class SessionTimer extends ScheduledThreadPoolExecutor {
    private final Executor threads;

    SessionTimer(Executor threads) {
        super(1, task -> {
            Thread thread = new Thread(task, "changeover-websocket-timer");
            thread.setDaemon(true);
            return thread;
        });
        this.threads = threads;
        setRemoveOnCancelPolicy(true);
        setKeepAliveTime(10, TimeUnit.SECONDS);
        allowCoreThreadTimeOut(true);
    }

    /** Runs a task on the timer's own thread, so that it runs even if all other threads are busy. The task must not block and must not run application code. */
    ScheduledFuture<?> at(Runnable task, long milliseconds) {
        return super.schedule(task, milliseconds, TimeUnit.MILLISECONDS);
    }

    @Override
    public ScheduledFuture<?> schedule(Runnable task, long delay, TimeUnit unit) {
        return super.schedule(() -> threads.execute(task), delay, unit);
    }

    @Override
    public ScheduledFuture<?> scheduleAtFixedRate(Runnable task, long initialDelay, long period, TimeUnit unit) {
        return super.scheduleAtFixedRate(() -> threads.execute(task), initialDelay, period, unit);
    }

    @Override
    public ScheduledFuture<?> scheduleWithFixedDelay(Runnable task, long initialDelay, long delay, TimeUnit unit) {
        return super.scheduleWithFixedDelay(() -> threads.execute(task), initialDelay, delay, unit);
    }
}
