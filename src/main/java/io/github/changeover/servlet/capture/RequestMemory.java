package io.github.changeover.servlet.capture;

import io.github.changeover.connection.MemoryBudget;
import io.github.changeover.spi.AdvancedConnection;

/**
 * Counts the memory of a request whose switch was decided (its content and its captured response) against the memory budget of the application.
 * After the switch, the memory counts for the connection, so that the connection is closed if the budget is exceeded. Thread-safe.
 */
public final class RequestMemory {
    private final MemoryBudget budget;
    private AdvancedConnection owner;       // null before the switch
    private long held;
    private boolean closed;

    public RequestMemory(MemoryBudget budget) {
        this.budget = budget;
    }

    /**
     * Reserves bytes before they are allocated. Returns false if the budget does not allow it. Must be called before the switch.
     */
    synchronized boolean reserve(long bytes) {
        if (closed || !budget.tryReserve(bytes)) return false;
        held += bytes;
        return true;
    }

    /** Releases bytes that {@link #reserve} reserved. Bytes that {@link #close} has already released are not released again. */
    synchronized void release(long bytes) {
        long some = Math.min(bytes, held);
        held -= some;
        if (owner == null) budget.releaseReserved(some);
        else owner.release(some);
    }

    /** Transfers the memory to the connection. */
    public synchronized void moveTo(AdvancedConnection connection) {
        if (closed) return;
        budget.releaseReserved(held);
        owner = connection;
        connection.charge(held);        // may close the connection, which then releases the memory
    }

    /** Releases everything: the request stays HTTP, or the connection has ended. */
    public synchronized void close() {
        closed = true;
        release(held);
    }
}
