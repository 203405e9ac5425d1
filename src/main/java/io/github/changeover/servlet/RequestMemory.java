package io.github.changeover.servlet;

import io.github.changeover.connection.MemoryBudget;
import io.github.changeover.spi.AdvancedConnection;

/**
 * What a request that is to change the protocol holds in memory, counted against the application's budget: its content, and a captured
 * answer. After the switch it counts for the connection, so that the connection is the one to be closed for it. Thread-safe.
 */
final class RequestMemory {
    private final MemoryBudget budget;
    private AdvancedConnection owner;       // null before the switch
    private long held;
    private boolean closed;

    RequestMemory(MemoryBudget budget) {
        this.budget = budget;
    }

    /** Takes bytes, before they are allocated; returns whether there were as many. Before the switch only. */
    synchronized boolean take(long bytes) {
        if (closed || !budget.tryTake(bytes)) return false;
        held += bytes;
        return true;
    }

    /** Gives back bytes that {@link #take} took; those that {@link #close} has given back are not given back again. */
    synchronized void giveBack(long bytes) {
        long some = Math.min(bytes, held);
        held -= some;
        if (owner == null) budget.giveBack(some);
        else owner.release(some);
    }

    /** From now on the connection holds it. */
    synchronized void moveTo(AdvancedConnection connection) {
        if (closed) return;
        budget.giveBack(held);
        owner = connection;
        connection.charge(held);        // too much now: the connection is closed, and gives it back then
    }

    /** Gives all of it back: the request stays HTTP, or the connection has ended. */
    synchronized void close() {
        closed = true;
        giveBack(held);
    }
}
