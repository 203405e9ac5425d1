package io.github.changeover.connection;

import java.util.Comparator;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The limit of the memory that the clients of an application can use: unfinished messages, messages that are being delivered, output that waits, and
 * captured responses. If the limit is exceeded, the connection that holds the most memory is closed. If several hold the same, the connection that has
 * held memory for the longest time is closed. From then on its memory no longer counts for the choice of further connections, although it is released
 * only later. To bound this memory, a connection that requests more while the limit is exceeded by a quarter is also closed, unless it holds less than
 * 64 KiB. Thread-safe.
 */
public final class MemoryBudget {
    private static final System.Logger LOG = System.getLogger(MemoryBudget.class.getName());
    /** A connection that holds fewer bytes is never closed only because it requests more. */
    private static final long SMALL_HOLDING = 64 * 1024;
    private static final long REPORT_EVERY = 1_000_000_000;
    private final long max, maxWithReserve;
    private final AtomicLong used = new AtomicLong();
    private final AtomicLong releasing = new AtomicLong();    // part of used, held by connections that are being closed because of the limit
    private final AtomicLong exceeded = new AtomicLong();
    private final AtomicLong unreported = new AtomicLong(), reported = new AtomicLong();     // closed connections since the last warning; its time
    private final ReentrantLock choosing = new ReentrantLock();
    private ConnectionRegistry registry;

    /** @param max bytes */
    public MemoryBudget(long max) {
        if (max < 1) throw new IllegalArgumentException("The memory limit must be at least 1 byte, not " + max);
        this.max = max;
        this.maxWithReserve = max + max / 4;
    }

    /** The default limit in bytes: a quarter of the maximum heap size. */
    public static long defaultMax() {
        return Math.max(1, Runtime.getRuntime().maxMemory() / 4);
    }

    void setConnections(ConnectionRegistry connections) {
        registry = connections;
    }

    public long max() {
        return max;
    }

    /** Bytes in use. */
    public long used() {
        return used.get();
    }

    /** How many connections were closed because the budget was exceeded. */
    public long exceeded() {
        return exceeded.get();
    }

    /**
     * Reserves bytes for an optional use that belongs to no connection, such as a captured response. Returns whether they were available.
     */
    public boolean tryReserve(long bytes) {
        for (long now = used.get(); bytes <= max - now; now = used.get()) {
            if (used.compareAndSet(now, now + bytes)) return true;
        }
        return false;
    }

    /** Releases bytes that {@link #tryReserve} has reserved. */
    public void releaseReserved(long bytes) {
        used.addAndGet(-bytes);
    }

    /** Charges bytes to a connection. If the limit is then exceeded, closes other connections or this one. */
    void charge(long bytes, MemoryAccount account) {
        long now = used.addAndGet(bytes);
        if (now - releasing.get() > max) reclaim();
        if (now > maxWithReserve && account.held() >= SMALL_HOLDING && used.get() > maxWithReserve) close(account.connection());
    }

    void release(long bytes) {
        used.addAndGet(-bytes);
    }

    /** Adds bytes of a connection that is being closed because of the limit. They do not count for the choice of further connections. */
    void addReleasing(long bytes) {
        releasing.addAndGet(bytes);
    }

    /** Closes connections until the limit is met. One thread at a time chooses; other threads do not wait for it, because it repeats as long as necessary. */
    private void reclaim() {
        while (used.get() - releasing.get() > max && choosing.tryLock()) {
            Optional<TransportConnection> chosen;
            long held = 0;
            boolean helps = false;
            try {
                chosen = mostHolding();
                if (chosen.isPresent()) {
                    held = chosen.get().memory().held();
                    helps = chosen.get().memory().reclaim() > 0;
                }
            } finally {
                choosing.unlock();
            }
            if (chosen.isPresent()) report(chosen.get(), held, "it holds {1} bytes, more than any other connection, and all connections together exceed the limit of {2} bytes (changeover.memory.max)");
            if (!helps) return;     // all its memory is in use by a callback, so closing more connections now would not help; or there is no connection
        }
    }

    private Optional<TransportConnection> mostHolding() {
        return registry.live().stream().filter(connection -> connection.memory().canBeReclaimed())
                .max(Comparator.<TransportConnection>comparingLong(connection -> connection.memory().held())
                        .thenComparing(connection -> connection.memory().heldSince(), Comparator.reverseOrder()));
    }

    private void close(TransportConnection connection) {
        long held = connection.memory().held();
        if (!connection.memory().canBeReclaimed() || connection.memory().reclaim() == 0) return;
        report(connection, held, "it requires {1} bytes while connections that are being closed have not yet released theirs, and all connections together would exceed the limit of {2} bytes by a quarter "
                + "(changeover.memory.max)");
    }

    /** Logs a closed connection: at most one warning a second, further lines at level DEBUG. */
    private void report(TransportConnection connection, long held, String why) {
        exceeded.incrementAndGet();
        long count = unreported.incrementAndGet(), now = System.nanoTime() | 1, last = reported.get();
        boolean warns = (last == 0 || now - last > REPORT_EVERY) && reported.compareAndSet(last, now);
        if (warns) unreported.addAndGet(-count);
        String others = warns && count > 1 ? ". So were " + (count - 1) + " other connections since the last such message" : "";
        LOG.log(warns ? System.Logger.Level.WARNING : System.Logger.Level.DEBUG, "{0} is closed: " + why + others, connection, held, max);
    }
}
