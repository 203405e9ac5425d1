package io.github.changeover.connection;

import io.github.changeover.spi.CloseCause;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/**
 * One drain. It calls {@code drain} of the handlers of the live connections at a pace, in random order. Time is divided into intervals of equal length, one
 * for each connection. Each handler is called at a random time within its interval. The intervals are short enough that every handler is called within
 * {@link DrainOptions#NOTIFIED_WITHIN_PERCENT} of the drain time. This class has no thread and no timer: other threads call {@link #notifyDue}. Thread-safe.
 */
final class PacedDrain {
    /** The result of {@link #notifyDue} if no connection waits. */
    static final long NONE = -1;
    /** The result of {@link #notifyDue} is at least this number of nanoseconds, so that a fast drain does not wake a thread for each connection. */
    private static final long SHORTEST_WAIT = 5_000_000;

    private final CloseCause cause;
    private final long start, end;
    private final Deque<TransportConnection> waiting = new ArrayDeque<>();      // this and the next fields are guarded by this object
    private double interval;        // nanoseconds
    private long used;              // number of intervals that have been used
    private long nextDue;
    private long allNotifiedAt;

    /**
     * @param now   the start, in nanoseconds
     * @param grace the drain time
     */
    PacedDrain(CloseCause cause, long now, Duration grace) {
        this.cause = cause;
        this.start = now;
        this.end = now + ConnectionLimits.longest(grace).toNanos();
    }

    /** The end of the drain time, in nanoseconds. */
    long end() {
        return end;
    }

    boolean restarts() {
        return cause.restarts();
    }

    /**
     * Starts to call the handlers of these connections. Connections that are closing, or whose handler was called before, do not count.
     *
     * @param pace     minimum number of connections each second; 0 for all at once
     * @param previous the earlier drain that this one replaces, or null. No handler is called later than in that drain
     */
    void start(Collection<TransportConnection> live, int pace, PacedDrain previous) {
        List<TransportConnection> atOnce = new ArrayList<>(), others = new ArrayList<>();
        for (TransportConnection connection : live) (pace == 0 || connection.expectsClose() ? atOnce : others).add(connection);
        atOnce.forEach(connection -> notifyHandler(connection, start));
        Collections.shuffle(others);
        long time = (end - start) / 100 * DrainOptions.NOTIFIED_WITHIN_PERCENT;
        if (previous != null) time = Math.max(0, Math.min(time, previous.allNotifiedAt() - start));
        synchronized (this) {
            waiting.addAll(others);
            if (others.isEmpty()) return;
            interval = Math.min(1e9 / pace, (double) time / others.size());
            allNotifiedAt = start + (long) (interval * others.size());
            prepareNext();
        }
        notifyDue(start);
    }

    /** Chooses a random time in the next interval. */
    private void prepareNext() {
        nextDue = start + (long) ((used + ThreadLocalRandom.current().nextDouble()) * interval);
    }

    private synchronized long allNotifiedAt() {
        return waiting.isEmpty() ? end : allNotifiedAt;
    }

    /** Calls the handler of one connection, with the rest of the drain time. */
    void notifyHandler(TransportConnection connection, long now) {
        connection.drain(cause, Duration.ofNanos(Math.max(0, end - now)));
    }

    /** Calls the handlers that are due. Returns the number of nanoseconds after which to call again, or {@link #NONE}. */
    long notifyDue(long now) {
        while (true) {
            TransportConnection next;
            synchronized (this) {
                while (!waiting.isEmpty() && waiting.peek().expectsClose()) waiting.poll();     // its interval is used for the next connection
                if (waiting.isEmpty()) return NONE;
                if (nextDue - now > 0) return Math.max(SHORTEST_WAIT, nextDue - now);
                next = waiting.poll();
                used++;
                prepareNext();
            }
            notifyHandler(next, now);
        }
    }

    /** Calls the handlers of all connections that still wait. */
    void notifyRest(long now) {
        synchronized (this) {
            interval = 0;
            prepareNext();
        }
        notifyDue(now);
    }

    /** Ends the drain: no handler of a connection that still waits is called. */
    synchronized void cancel() {
        waiting.clear();
    }
}
