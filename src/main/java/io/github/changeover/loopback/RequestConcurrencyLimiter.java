package io.github.changeover.loopback;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;

/**
 * Limits the number of running requests and the number of waiting requests. Without a limit, inner requests could occupy all threads of a
 * container. The container could then not read the connections on which these requests arrived, while the requests wait for data from those
 * connections.
 *
 * <p>A quarter of the slots is reserved for connections that have no running request. A connection that has running requests may start
 * another one while the number of its own running requests is smaller than the number of free slots that are not reserved. A single
 * connection therefore gets at most about half of the unreserved slots, and fewer if other connections use more. Waiting connections are
 * served in round-robin order.
 */
final class RequestConcurrencyLimiter {
    private final int max, maxWaiting, reserved;
    private final Map<Object, ConnectionShare> shares = new HashMap<>();
    private final Deque<ConnectionShare> waiting = new ArrayDeque<>();        // connections with waiting requests; the next one to serve is first
    private int running, waitingCount;

    /** The requests of one connection. */
    private static final class ConnectionShare {
        private final Queue<Runnable> queue = new ArrayDeque<>();
        private int running;
    }

    /**
     * @param most        the maximum number of running requests
     * @param waitingMost the maximum number of waiting requests of all connections together
     */
    RequestConcurrencyLimiter(int most, int waitingMost) {
        this.max = most;
        this.maxWaiting = waitingMost;
        this.reserved = most / 4;
    }

    /**
     * Runs the entry, either now or when another entry has left.
     *
     * @param connection the connection to which the entry belongs, compared by {@code equals}
     * @return whether the entry runs now or is queued; false if too many entries are waiting
     */
    boolean enter(Object connection, Runnable entry) {
        synchronized (this) {
            ConnectionShare share = shares.computeIfAbsent(connection, first -> new ConnectionShare());
            if (!mayRun(share)) {
                boolean waits = waitingCount < maxWaiting;
                if (waits) wait(share, entry);
                else forgetIfUnused(connection, share);
                return waits;
            }
            share.running++;
            running++;
        }
        entry.run();
        return true;
    }

    private boolean mayRun(ConnectionShare share) {
        int free = max - running;
        return share.running == 0 ? free > 0 : share.running < free - reserved;
    }

    private void wait(ConnectionShare share, Runnable entry) {
        if (share.queue.isEmpty()) waiting.add(share);
        share.queue.add(entry);
        waitingCount++;
    }

    /** Called once for each entry that has finished, or that is waiting and must no longer run. */
    void leave(Object connection, Runnable entry) {
        List<Runnable> next = new ArrayList<>();
        synchronized (this) {
            ConnectionShare share = shares.get(connection);
            if (share.queue.remove(entry)) {
                waitingCount--;
                if (share.queue.isEmpty()) waiting.remove(share);
            } else {
                share.running--;
                running--;
                admit(next);
            }
            forgetIfUnused(connection, share);
        }
        next.forEach(Runnable::run);
    }

    /** Collects the entries that may run now: one of each connection in turn. */
    private void admit(List<Runnable> next) {
        for (int passed = 0; passed < waiting.size(); ) {
            ConnectionShare share = waiting.poll();
            if (mayRun(share)) {
                next.add(share.queue.poll());
                waitingCount--;
                share.running++;
                running++;
                passed = 0;
            } else {
                passed++;
            }
            if (!share.queue.isEmpty()) waiting.add(share);
        }
    }

    private void forgetIfUnused(Object connection, ConnectionShare share) {
        if (share.running == 0 && share.queue.isEmpty()) shares.remove(connection);
    }
}
