package io.github.changeover.connection;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Checks the timeouts of every live connection several times a second, so that no connection needs a timer. Its thread only signals events and
 * submits tasks: it calls no handler, writes nothing and closes nothing, so that no handler and no container can block it.
 */
public final class ConnectionMonitor implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(ConnectionMonitor.class.getName());
    private static final long SHORTEST = 10, LONGEST = 150;     // milliseconds
    private final ScheduledExecutorService timer;
    private volatile Thread thread;
    private final ConnectionRegistry registry;
    private boolean pacing;         // whether notifyDue() is scheduled; used only by the timer's thread

    public ConnectionMonitor(ConnectionRegistry registry, ConnectionLimits limits, ClassLoader loader) {
        this.registry = registry;
        this.timer = Executors.newSingleThreadScheduledExecutor(task -> {
            thread = new Thread(task, "changeover-monitor");
            thread.setDaemon(true);
            thread.setContextClassLoader(loader);
            return thread;
        });
        long every = interval(limits);
        timer.scheduleWithFixedDelay(this::check, every, every, TimeUnit.MILLISECONDS);
    }

    /**
     * The interval in milliseconds: a quarter of the shortest timeout, but at least 10 and at most 150 ms. With {@link TimeoutCheck#CLOSE_NOTICE_NANOS}
     * added, an overdue connection is closed less than a second late.
     */
    private static long interval(ConnectionLimits limits) {
        long shortest = Stream.of(limits.idle(), limits.stall().dividedBy(4), limits.closing(), limits.linger(), limits.lifetime())
                .filter(time -> !time.isZero()).mapToLong(Duration::toMillis).min().orElse(4 * LONGEST);
        return Math.max(SHORTEST, Math.min(LONGEST, shortest / 4));
    }

    private void check() {
        check(System.nanoTime());
        if (!pacing) notifyDue();
    }

    /** During a drain, notifies the handlers that are due, and calls itself again when the next one is due. */
    private void notifyDue() {
        long wait = registry.notifyDue(System.nanoTime());
        pacing = wait != PacedDrain.NONE;
        if (pacing) timer.schedule(this::notifyDue, wait, TimeUnit.NANOSECONDS);
    }

    void check(long now) {
        for (TransportConnection connection : registry.live()) check(connection, now, true);
        registry.check(now);
        for (TransportConnection connection : registry.expected()) check(connection, now, false);
        registry.all().forEach(connection -> connection.processor().retry());
    }

    /** Checks one connection. Catches every exception, because an exception would end the monitor and so affect all other connections. */
    private static void check(TransportConnection connection, long now, boolean open) {
        try {
            if (open) connection.timeouts().check(now);
            else connection.timeouts().checkUnopened(now);
        } catch (RuntimeException | Error failure) {
            LOG.log(System.Logger.Level.ERROR, "The timeouts of " + connection + " could not be checked", failure);
        }
    }

    @Override
    public void close() {
        timer.shutdownNow();
        Thread last = thread;
        if (last != null) BlockingHandlerThreads.join(last);        // otherwise the container could report the thread as a leak
    }
}
