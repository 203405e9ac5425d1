package io.github.changeover.eventloop;

import java.util.concurrent.locks.LockSupport;

/**
 * Finds loops whose leader does not return from a call, and gives them to other threads. Looks at each loop every 2 ms while any of them is active, and
 * is parked otherwise. One thread; it never blocks and calls no connection.
 */
final class EventLoopMonitor implements Runnable {
    private static final long INTERVAL = 2_000_000;     // nanoseconds
    /** A thread that could run may only have lost its processor, or read a file: it gets so many intervals. */
    private static final int INTERVALS_IF_RUNNABLE = 5;
    private static final int QUIET_INTERVALS = 20;      // after these, the thread parks

    private final EventLoop[] loops;
    private final long[] seen;                          // the state of each loop at the last look
    private final int[] unchanged;                      // intervals for which a call has lasted
    private volatile Thread thread;
    private volatile boolean parked, closed;

    EventLoopMonitor(EventLoop[] loops) {
        this.loops = loops;
        this.seen = new long[loops.length];
        this.unchanged = new int[loops.length];
    }

    /** Must be called when a loop begins to call ready channels, after its state has changed. */
    void activity() {
        if (parked) LockSupport.unpark(thread);
    }

    @Override
    public void run() {
        thread = Thread.currentThread();
        int quiet = 0;
        while (!closed) {
            Thread.interrupted();       // otherwise no park would wait
            try {
                quiet = look() ? 0 : quiet + 1;
            } catch (Throwable failure) {       // for example, there is no memory. Without the monitor, a call that blocks would stop its loop
                quiet = 0;
            }
            if (quiet < QUIET_INTERVALS) LockSupport.parkNanos(this, INTERVAL);
            else parkUntilActivity();
        }
    }

    private void parkUntilActivity() {
        parked = true;
        boolean same = true;        // a loop that did not see "parked" has changed its state before
        for (int i = 0; i < loops.length; i++) same &= loops[i].state() == seen[i];
        if (same && !closed) LockSupport.park(this);
        parked = false;
    }

    /** Returns whether a loop has made or begun a call since the last look. */
    private boolean look() {
        boolean active = false;
        for (int i = 0; i < loops.length; i++) {
            long state = loops[i].state();
            boolean calling = EventLoop.isCalling(state);
            active |= calling || state != seen[i];
            unchanged[i] = calling && state == seen[i] ? unchanged[i] + 1 : 0;
            seen[i] = state;
            if (unchanged[i] > 0 && (loops[i].isLeaderBlocked() || unchanged[i] >= INTERVALS_IF_RUNNABLE)) loops[i].offer(state);
        }
        return active;
    }

    void close() {
        closed = true;
        Thread running = thread;
        if (running != null) LockSupport.unpark(running);
    }
}
