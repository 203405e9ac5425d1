package io.github.changeover.websocket.engine;

import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Tyrus' timer for sessions whose program sets a heartbeat. What is due runs on other threads: a heartbeat may wait for its client, and
 * would hold up all sessions. A cancelled task leaves at once, and no thread stays when none is due.
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

    /** Runs a task that does not block and is none of the application's, on the timer's own thread: also while all others are busy. */
    ScheduledFuture<?> at(Runnable task, long milliseconds) {
        return super.schedule(task, milliseconds, TimeUnit.MILLISECONDS);
    }

    /** Has a thread of the application's run the task; returns whether there is one. The task must not throw. */
    boolean run(Runnable task) {
        try {
            threads.execute(task);
            return true;
        } catch (RuntimeException | Error noThread) {       // the application is gone, or the system has none
            return false;
        }
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
