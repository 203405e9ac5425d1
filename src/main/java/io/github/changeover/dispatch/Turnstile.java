package io.github.changeover.dispatch;

import java.util.ArrayDeque;
import java.util.Queue;

/**
 * Lets so many pass at a time, and has so many wait, in order. Requests that hold all threads of a container would have it read
 * nothing of the connections they came by, and wait for what is on its way there.
 */
final class Turnstile {
    private final int most, waitingMost;
    private final Queue<Runnable> waiting = new ArrayDeque<>();
    private int inside;

    Turnstile(int most, int waitingMost) {
        this.most = most;
        this.waitingMost = waitingMost;
    }

    /**
     * Runs the entry, now or when another has left.
     *
     * @return whether it did, or will; else too many wait
     */
    boolean enter(Runnable entry) {
        synchronized (this) {
            if (inside == most) return waiting.size() < waitingMost && waiting.add(entry);
            inside++;
        }
        entry.run();
        return true;
    }

    /** Once for each that entered, or waits and no longer will. */
    void leave(Runnable entry) {
        Runnable next;
        synchronized (this) {
            if (waiting.remove(entry)) return;
            next = waiting.poll();
            if (next == null) inside--;
        }
        if (next != null) next.run();
    }
}
