package io.github.changeover.connection;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * Waits for room in a queue on whatever thread, that of a callback included: there nobody else may tell of it, so the waiter
 * pushes the octets out itself, in short rests that grow.
 */
record Patience(OutputQueue queue, Turns turns, LiveConnection connection) {
    private static final long SHORTEST_REST = 20_000, LONGEST_REST = 4_000_000;      // nanoseconds

    boolean awaitRoom(long octets, Duration atMost) throws InterruptedException {
        long begun = System.nanoTime();
        long rest = SHORTEST_REST;
        while (!queue.fits(octets)) {
            if (connection.sendsNoMore() || System.nanoTime() - begun >= atMost.toNanos()) return false;
            if (Thread.interrupted()) throw new InterruptedException("Interrupted while waiting for the peer");
            LockSupport.parkNanos(rest);
            rest = Math.min(LONGEST_REST, rest * 2);
            if (!pushed()) return false;
            if (queue.roomAgain()) break;
        }
        return !connection.sendsNoMore();
    }

    /** Writes what the container takes; answers whether the connection is sound. */
    private boolean pushed() {
        try {
            queue.flush(true);
            turns.proceed();        // what a container signalled meanwhile
            return true;
        } catch (IOException broken) {
            connection.broke(broken);
            return false;
        }
    }
}
