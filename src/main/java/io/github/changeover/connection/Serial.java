package io.github.changeover.connection;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;

/**
 * Turns that never overlap: whoever signals first takes the turn, whoever signals meanwhile leaves its signal to
 * the one whose turn it is. No thread, no queue, no allocation.
 */
final class Serial {
    private static final int RUNNING = 1 << 31;
    private final AtomicInteger state = new AtomicInteger();
    private final IntConsumer turn;
    private volatile Thread runner;

    /** @param turn takes the signals raised since its last call; must not throw */
    Serial(IntConsumer turn) {
        this.turn = turn;
    }

    /** Whether the calling thread has the turn. */
    boolean mine() {
        return runner == Thread.currentThread();
    }

    /** Whether a signal waits for the next turn. */
    boolean waiting() {
        return (state.get() & ~RUNNING) != 0;
    }

    /** Raises a signal and takes the turn if nobody has it. */
    void signal(int bits) {
        if ((raise(bits | RUNNING) & RUNNING) == 0) run();
    }

    /** Raises a signal without taking the turn: {@link #proceed} is owed. */
    void mark(int bits) {
        raise(bits);
    }

    /** Takes the turn if a signal waits and nobody has it. */
    void proceed() {
        int now = state.get();
        while (now > 0) {       // a signal, and nobody's turn
            if (state.compareAndSet(now, now | RUNNING)) {
                run();
                return;
            }
            now = state.get();
        }
    }

    private int raise(int bits) {
        int before;
        do before = state.get();
        while (!state.compareAndSet(before, before | bits));
        return before;
    }

    private void run() {
        runner = Thread.currentThread();
        while (true) {
            int signals = state.getAndSet(RUNNING) & ~RUNNING;
            if (signals != 0) {
                turn.accept(signals);
            } else {
                runner = null;     // before the turn is given away: the next runner sets its own
                if (state.compareAndSet(RUNNING, 0)) return;
                runner = Thread.currentThread();
            }
        }
    }
}
