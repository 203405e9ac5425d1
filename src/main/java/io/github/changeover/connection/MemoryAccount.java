package io.github.changeover.connection;

import io.github.changeover.spi.CloseCause;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/** What one connection holds of the application's {@link MemoryBudget}. Thread-safe. */
final class MemoryAccount {
    private final MemoryBudget budget;
    private final LiveConnection connection;
    private final AtomicLong held = new AtomicLong();
    private final AtomicBoolean reclaimed = new AtomicBoolean();
    private volatile long heldSince;            // nanoseconds; of use while something is held
    private volatile long reclaimedSince;
    private volatile long pinned;               // of it, in the hands of the application's code
    private volatile long leaving;              // what will be given back soon because this connection is being closed

    MemoryAccount(MemoryBudget budget, LiveConnection connection) {
        this.budget = budget;
        this.connection = connection;
    }

    static CloseCause cause() {
        return CloseCause.of(CloseCause.Kind.MEMORY, "the connections of this application hold too much memory, and this one held the most (changeover.memory.max)");
    }

    /** @return whether the connection may go on: if not it is being closed, and should let go of what it holds */
    boolean charge(long bytes) {
        if (bytes == 0) return !reclaimed.get();
        if (held.getAndAdd(bytes) == 0) heldSince = System.nanoTime();
        if (reclaimed.get()) leaves(bytes);         // it will be given back as soon as the rest
        budget.charge(bytes, this);
        return !reclaimed.get();
    }

    void release(long bytes) {
        if (bytes == 0) return;
        held.addAndGet(-bytes);
        budget.release(bytes);
        if (leaving > 0) left(bytes);
    }

    /** So many bytes of what is held cannot be given back before a callback returns; 0 for none. */
    void pin(long bytes) {
        pinned = bytes;
    }

    private synchronized void leaves(long bytes) {
        leaving += bytes;
        budget.leave(bytes);
    }

    private synchronized void left(long bytes) {
        long some = held.get() == 0 ? leaving : Math.min(bytes, leaving);      // what was counted twice, by two threads, ends here
        leaving -= some;
        budget.leave(-some);
    }

    long held() {
        return held.get();
    }

    /** Since when it has held something. */
    long heldSince() {
        return heldSince;
    }

    boolean canBeReclaimed() {
        return !reclaimed.get() && held.get() > 0;
    }

    /** The budget is exceeded and this connection holds the most: it is closed. Returns how many bytes it will give back soon. */
    long reclaim() {
        if (reclaimed.get()) return 0;
        connection.closeState().expect(cause());     // before charge() returns false: a handler that closes for it closes with this cause
        if (!reclaimed.compareAndSet(false, true)) return 0;
        synchronized (this) {
            leaving = Math.max(0, held.get() - pinned);
            budget.leave(leaving);
        }
        reclaimedSince = System.nanoTime() | 1;
        connection.rejectSoon(cause());
        return leaving;
    }

    LiveConnection connection() {
        return connection;
    }

    /** Whether the handler had time enough for its last bytes. */
    boolean isOverdue(long now) {
        long since = reclaimedSince;
        return since != 0 && now - since > TimeoutCheck.GRACE;
    }
}
