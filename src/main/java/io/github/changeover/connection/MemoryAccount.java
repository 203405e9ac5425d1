package io.github.changeover.connection;

import io.github.changeover.spi.CloseCause;
import java.util.concurrent.atomic.AtomicLongFieldUpdater;

/** The memory that one connection holds of the application's {@link MemoryBudget}. Thread-safe. */
final class MemoryAccount {
    private static final AtomicLongFieldUpdater<MemoryAccount> HELD = AtomicLongFieldUpdater.newUpdater(MemoryAccount.class, "held");
    private final MemoryBudget budget;
    private final TransportConnection connection;
    private volatile long held;
    private volatile boolean reclaimed;         // set under the lock of this object
    private volatile long heldSince;            // nanoseconds; valid only while held > 0
    private volatile long reclaimedSince;       // nanoseconds, odd; 0 before
    private volatile long pinned;               // part of held that application code uses
    private volatile long releasing;              // part of held that will be released soon because this connection is being closed

    MemoryAccount(MemoryBudget budget, TransportConnection connection) {
        this.budget = budget;
        this.connection = connection;
    }

    static CloseCause cause() {
        return CloseCause.of(CloseCause.Kind.MEMORY, "the connections of this application exceeded the memory limit, and this connection held the most memory (changeover.memory.max)");
    }

    /** @return whether the connection may continue; if {@code false}, it is being closed and should release its memory */
    boolean charge(long bytes) {
        if (bytes == 0) return !reclaimed;
        if (HELD.getAndAdd(this, bytes) == 0) heldSince = System.nanoTime();
        if (reclaimed) countReleasing(bytes);         // they will be released together with the rest
        budget.charge(bytes, this);
        return !reclaimed;
    }

    void release(long bytes) {
        if (bytes == 0) return;
        HELD.addAndGet(this, -bytes);
        budget.release(bytes);
        if (releasing > 0) countReleased(bytes);
    }

    /** Sets how many of the held bytes cannot be released before a callback returns; 0 if there are none. */
    void pin(long bytes) {
        pinned = bytes;
    }

    private synchronized void countReleasing(long bytes) {
        releasing += bytes;
        budget.addReleasing(bytes);
    }

    private synchronized void countReleased(long bytes) {
        long some = held == 0 ? releasing : Math.min(bytes, releasing);      // two threads may have counted bytes twice; this corrects it
        releasing -= some;
        budget.addReleasing(-some);
    }

    long held() {
        return held;
    }

    /** The time since when the connection has held memory, in nanoseconds. */
    long heldSince() {
        return heldSince;
    }

    boolean canBeReclaimed() {
        return !reclaimed && held > 0;
    }

    /** Closes this connection because the budget is exceeded. Returns how many bytes it will release soon; 0 if none, or if it is already being closed. */
    long reclaim() {
        if (reclaimed) return 0;
        connection.closeState().expect(cause());     // before charge() returns false, so that a handler that then closes uses this cause
        synchronized (this) {
            if (reclaimed) return 0;
            reclaimed = true;
            releasing = Math.max(0, held - pinned);
            budget.addReleasing(releasing);
        }
        reclaimedSince = System.nanoTime() | 1;
        connection.rejectSoon(cause());
        return releasing;
    }

    TransportConnection connection() {
        return connection;
    }

    /** Whether the time of the handler for its last bytes is over. */
    boolean isOverdue(long now) {
        long since = reclaimedSince;
        return since != 0 && now - since > TimeoutCheck.CLOSE_NOTICE_NANOS;
    }
}
