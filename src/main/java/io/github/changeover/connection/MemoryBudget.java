package io.github.changeover.connection;

import java.util.Comparator;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The memory that an application has for what its clients make it hold: unfinished messages and those that are being delivered,
 * output that waits, answers that are captured. When it is exceeded, the connection that holds the most is closed; of several that
 * hold the same, the one whose unfinished message is oldest. What that one holds does not count from then on, although it takes a moment until it is
 * given back; so that these moments do not add up, a connection that wants more while a quarter above the limit is in use is closed as well, unless it
 * holds little. Thread-safe.
 */
public final class MemoryBudget {
    private static final System.Logger LOG = System.getLogger(MemoryBudget.class.getName());
    /** A connection that holds less is never closed only because it wants more. */
    private static final long LITTLE = 64 * 1024;
    private static final long REPORT_EVERY = 1_000_000_000;
    private final long max, most;
    private final AtomicLong used = new AtomicLong();
    private final AtomicLong leaving = new AtomicLong();    // of it, what connections hold that are being closed for it
    private final AtomicLong exceeded = new AtomicLong();
    private final AtomicLong unreported = new AtomicLong(), reported = new AtomicLong();     // connections that were closed; when the last line was
    private final ReentrantLock choosing = new ReentrantLock();
    private ConnectionRegistry registry;

    /** @param max bytes */
    public MemoryBudget(long max) {
        if (max < 1) throw new IllegalArgumentException("The memory budget must be at least one byte, not " + max);
        this.max = max;
        this.most = max + max / 4;
    }

    /** A quarter of the heap. */
    public static long usual() {
        return Math.max(1, Runtime.getRuntime().maxMemory() / 4);
    }

    void watch(ConnectionRegistry connections) {
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

    /** Takes bytes for something that can do without them, and belongs to no connection: an answer that is captured. Returns whether there were as many. */
    public boolean tryTake(long bytes) {
        for (long now = used.get(); bytes <= max - now; now = used.get()) {
            if (used.compareAndSet(now, now + bytes)) return true;
        }
        return false;
    }

    /** Gives back what {@link #tryTake} took. */
    public void giveBack(long bytes) {
        used.addAndGet(-bytes);
    }

    /** Takes bytes for a connection, and closes others, or this one, when these are too many. */
    void charge(long bytes, MemoryAccount account) {
        long now = used.addAndGet(bytes);
        if (now - leaving.get() > max) reclaim();
        if (now > most && account.held() >= LITTLE && used.get() > most) close(account.connection());
    }

    void release(long bytes) {
        used.addAndGet(-bytes);
    }

    /** Bytes of a connection that is being closed for them: they do not count when others are chosen. */
    void leave(long bytes) {
        leaving.addAndGet(bytes);
    }

    /** One thread at a time chooses, and goes on while it is necessary: so others need not wait for it. */
    private void reclaim() {
        while (used.get() - leaving.get() > max && choosing.tryLock()) {
            Optional<LiveConnection> chosen;
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
            if (chosen.isPresent()) report(chosen.get(), held, "it holds {1} bytes, more than any other, and all together exceed the limit of {2} bytes (changeover.memory.max)");
            if (!helps) return;     // its callback has all of it, and to close more connections at once would not help either; or there is none
        }
    }

    private Optional<LiveConnection> mostHolding() {
        return registry.live().stream().filter(connection -> connection.memory().canBeReclaimed())
                .max(Comparator.<LiveConnection>comparingLong(connection -> connection.memory().held())
                        .thenComparing(connection -> connection.memory().heldSince(), Comparator.reverseOrder()));
    }

    private void close(LiveConnection connection) {
        long held = connection.memory().held();
        if (!connection.memory().canBeReclaimed() || connection.memory().reclaim() == 0) return;
        report(connection, held, "it wants to hold {1} bytes while others that are being closed still hold theirs, and all together exceed the limit of {2} bytes by a quarter "
                + "(changeover.memory.max)");
    }

    /** In a flood one line a second is a warning. */
    private void report(LiveConnection connection, long held, String why) {
        exceeded.incrementAndGet();
        long count = unreported.incrementAndGet(), now = System.nanoTime() | 1, last = reported.get();
        boolean warns = (last == 0 || now - last > REPORT_EVERY) && reported.compareAndSet(last, now);
        if (warns) unreported.addAndGet(-count);
        String others = warns && count > 1 ? ". So were " + (count - 1) + " others since the last such line" : "";
        LOG.log(warns ? System.Logger.Level.WARNING : System.Logger.Level.DEBUG, "{0} is closed: " + why + others, connection, held, max);
    }
}
