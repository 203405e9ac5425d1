package io.github.changeover.connection;

import java.util.Comparator;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

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
    private final long max, most;
    private final AtomicLong used = new AtomicLong();
    private final AtomicLong leaving = new AtomicLong();    // of it, what connections hold that are being closed for it
    private final AtomicLong exceeded = new AtomicLong();
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
        if (now > most && account.held() >= LITTLE && used.get() > most) close(account);
    }

    void release(long bytes) {
        used.addAndGet(-bytes);
    }

    /** Bytes of a connection that is being closed for them: they do not count when others are chosen. */
    void leave(long bytes) {
        leaving.addAndGet(bytes);
    }

    private synchronized void reclaim() {
        while (used.get() - leaving.get() > max) {
            Optional<LiveConnection> most = registry.live().stream().filter(connection -> connection.memory().canBeReclaimed())
                    .max(Comparator.<LiveConnection>comparingLong(connection -> connection.memory().held())
                            .thenComparing(connection -> connection.memory().heldSince(), Comparator.reverseOrder()));
            if (most.isEmpty()) return;
            long held = most.get().memory().held();
            long freed = most.get().memory().reclaim();
            exceeded.incrementAndGet();
            LOG.log(System.Logger.Level.WARNING, "{0} is closed: it holds {1} bytes, more than any other, and all together exceed the limit of {2} bytes (changeover.memory.max)",
                    most.get(), held, max);
            if (freed == 0) return;     // its callback has all of it: closing more connections at once would not help either
        }
    }

    private synchronized void close(MemoryAccount account) {
        if (!account.canBeReclaimed()) return;
        long held = account.held();
        account.reclaim();
        exceeded.incrementAndGet();
        LOG.log(System.Logger.Level.WARNING, "{0} is closed: it wants to hold {1} bytes while others that are closed still hold so much that all together exceed the limit of "
                + "{2} bytes by a quarter (changeover.memory.max)", account, held, max);
    }
}
