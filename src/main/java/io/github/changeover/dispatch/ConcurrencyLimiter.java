package io.github.changeover.dispatch;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;

/**
 * Bounds the requests that run at a time, and those that wait. Requests that hold all threads of a container would have it read nothing of the connections
 * that they came by, and wait for what is on its way there.
 *
 * <p>A quarter of the places is for connections that have none. A connection that has some may begin another request while fewer of its own are running than there
 * are places free of the others: so a single one gets at most half of them, and less the more of them the others have. Waiting connections take turns.
 */
final class ConcurrencyLimiter {
    private final int most, waitingMost, reserved;
    private final Map<Object, Share> shares = new HashMap<>();
    private final Deque<Share> waiting = new ArrayDeque<>();        // with something in their queues, the one whose turn it is first
    private int running, queued;

    /** What one connection has. */
    private static final class Share {
        private final Queue<Runnable> queue = new ArrayDeque<>();
        private int running;
    }

    /**
     * @param most        requests that run at a time
     * @param waitingMost requests that wait, of all connections together
     */
    ConcurrencyLimiter(int most, int waitingMost) {
        this.most = most;
        this.waitingMost = waitingMost;
        this.reserved = most / 4;
    }

    /**
     * Runs the entry, now or when another one has left.
     *
     * @param connection the one that the entry counts for, by {@code equals}
     * @return whether it did, or will; false when too many wait
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

    /** Called once for each entry that runs, or that waits and is not to run any more. */
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

    /** Those that may run now, one of each connection in turn. */
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
