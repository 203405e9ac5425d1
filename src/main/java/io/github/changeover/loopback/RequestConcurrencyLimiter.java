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
    private final int most, waitingMost, reserved;
    private final Map<Object, Share> shares = new HashMap<>();
    private final Deque<Share> waiting = new ArrayDeque<>();        // connections with waiting requests; the next one to serve is first
    private int running, queued;

    /** The requests of one connection. */
    private static final class Share {
        private final Queue<Runnable> queue = new ArrayDeque<>();
        private int running;
    }

    /**
     * @param most        the maximum number of running requests
     * @param waitingMost the maximum number of waiting requests of all connections together
     */
    RequestConcurrencyLimiter(int most, int waitingMost) {
        this.most = most;
        this.waitingMost = waitingMost;
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
            Share share = shares.computeIfAbsent(connection, first -> new Share());
            if (!mayRun(share)) {
                boolean waits = queued < waitingMost;
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

    private boolean mayRun(Share share) {
        int free = most - running;
        return share.running == 0 ? free > 0 : share.running < free - reserved;
    }

    private void wait(Share share, Runnable entry) {
        if (share.queue.isEmpty()) waiting.add(share);
        share.queue.add(entry);
        queued++;
    }

    /** Called once for each entry that has finished, or that is waiting and must no longer run. */
    void leave(Object connection, Runnable entry) {
        List<Runnable> next = new ArrayList<>();
        synchronized (this) {
            Share share = shares.get(connection);
            if (share.queue.remove(entry)) {
                queued--;
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
            Share share = waiting.poll();
            if (mayRun(share)) {
                next.add(share.queue.poll());
                queued--;
                share.running++;
                running++;
                passed = 0;
            } else {
                passed++;
            }
            if (!share.queue.isEmpty()) waiting.add(share);
        }
    }

    private void forgetIfUnused(Object connection, Share share) {
        if (share.running == 0 && share.queue.isEmpty()) shares.remove(connection);
    }
}
