package io.github.changeover.eventloop;

import java.io.IOException;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * A selector and the thread that leads it. The leader itself calls the connections whose channels are ready, so an event costs no change of threads. A
 * call may block. Then {@link EventLoopMonitor} takes the loop away from the leader and gives it to another thread; the previous leader completes its
 * call and leaves.
 */
final class EventLoop implements Runnable {
    private static final System.Logger LOG = System.getLogger(EventLoop.class.getName());
    private static final long SELECT_MILLIS = 1000;
    private static final long CALLING = 1, NEXT_CALL = 2;
    /** After so many failures of the selector without a success between them, the loop ends. An error of the JVM, such as no memory, does not count. */
    private static final int FAILURES = 10;
    private static final long PAUSE_AFTER_FAILURE = 10_000_000;         // nanoseconds

    private final EventLoops loops;
    private final Selector selector;
    private final Queue<SelectionKey> ready = new ArrayDeque<>();       // used only by the leader
    /** The number of the call, multiplied by {@link #NEXT_CALL}, plus {@link #CALLING} during a call. Whoever changes it to the next number leads. */
    private final AtomicLong state = new AtomicLong();
    private volatile Thread leader;                                     // null before the first one
    private volatile ChannelRegistration called;                        // the registration of the current or last call
    private volatile long offered = -1;                                 // the state for which another thread has been asked to take the loop

    EventLoop(EventLoops loops, Selector selector) {
        this.loops = loops;
        this.selector = selector;
    }

    /** Leads the loop until it is taken away or closed. */
    @Override
    public void run() {
        leader = Thread.currentThread();
        int failures = 0;
        while (true) {
            try {
                if (!callReady()) return;
                select();
                Thread.interrupted();
                failures = 0;
            } catch (ClosedSelectorException closed) {
                return;         // the application has stopped
            } catch (Throwable failure) {
                if (!(failure instanceof VirtualMachineError)) failures++;
                if (failures >= FAILURES) {
                    fail(failure);
                    return;
                }
                LockSupport.parkNanos(PAUSE_AFTER_FAILURE);
            }
        }
    }

    /**
     * Waits for ready channels. Not {@link Selector#select(java.util.function.Consumer)}: the JVM would compile our method into that of the JDK in which
     * all event loops wait, and the loops of other applications would keep the classes of this one after it has stopped.
     */
    private void select() throws IOException {
        selector.select(SELECT_MILLIS);
        Set<SelectionKey> selected = selector.selectedKeys();
        ready.addAll(selected);
        selected.clear();
    }

    /** Calls the ready channels. Returns {@code false} if the loop was taken away. */
    private boolean callReady() {
        long number = state.get();
        boolean first = true;
        for (SelectionKey key = ready.poll(); key != null; key = ready.poll()) {
            ChannelRegistration registration = (ChannelRegistration) key.attachment();
            called = registration;
            if (first) {
                state.set(number | CALLING);        // before the monitor is asked whether it is parked: either it sees this call, or it is unparked
                loops.monitor().activity();
                first = false;
            } else {
                state.setRelease(number | CALLING);
            }
            long begun = System.nanoTime();
            registration.report();
            number += NEXT_CALL;
            if (!state.compareAndSet(number - NEXT_CALL | CALLING, number)) return false;
            Thread.interrupted();       // the interrupt of a call must not be seen by the next call, and would prevent each select from waiting
            registration.took(System.nanoTime() - begun);
        }
        return true;
    }

    /** Ends the loop and the connections on it, which would never be called again. */
    private void fail(Throwable failure) {
        LOG.log(System.Logger.Level.ERROR, "An event loop has failed; its connections are closed", failure);
        List<SelectionKey> keys;
        try {
            keys = List.copyOf(selector.keys());
        } catch (ClosedSelectorException closed) {
            return;
        }
        close();
        for (SelectionKey key : keys) ((ChannelRegistration) key.attachment()).fail(failure);
    }

    /** Returns the current value of the state, for {@link #isCalling} and {@link #offer}. */
    long state() {
        return state.get();
    }

    static boolean isCalling(long state) {
        return (state & CALLING) != 0;
    }

    /** Returns whether the leader does not run at present: it sleeps, or waits for a lock. */
    boolean isLeaderBlocked() {
        Thread thread = leader;
        return thread != null && thread.getState() != Thread.State.RUNNABLE;
    }

    /**
     * Asks another thread to take the loop, unless the call with this state has returned. Called by the monitor. The thread takes it when it runs: if no
     * thread is available, or the call returns before, the leader stays.
     */
    void offer(long during) {
        if (offered == during) return;
        offered = during;
        ChannelRegistration blocking = called;
        try {
            loops.execute(() -> takeOver(during, blocking));
        } catch (RuntimeException | Error noThread) {
            offered = -1;
            LOG.log(System.Logger.Level.DEBUG, "No thread is available for an event loop", noThread);
        }
    }

    private void takeOver(long during, ChannelRegistration blocking) {
        if (!state.compareAndSet(during, during - CALLING + NEXT_CALL)) return;
        blocking.hasBlocked();
        loops.handedOver();
        run();
    }

    ChannelRegistration register(SocketChannel channel, ChannelEvents events, int interest) throws IOException {
        ChannelRegistration registration = new ChannelRegistration(this, events);
        try {
            SelectionKey key = channel.register(selector, 0, registration);
            registration.registered(key);
            key.interestOps(interest);      // after the registration knows its key, because it may be called from now on
        } catch (ClosedSelectorException | CancelledKeyException closed) {
            throw new IOException("The event loop has ended, or the channel is closed", closed);
        }
        wakeUp();
        return registration;
    }

    /** Whether the loop has not ended. */
    boolean isOpen() {
        return selector.isOpen();
    }

    boolean isLeader() {
        return Thread.currentThread() == leader;
    }

    /** Makes the loop notice a change of a registration. The leader notices it at its next select. */
    void wakeUp() {
        if (!isLeader()) selector.wakeup();
    }

    int size() {
        try {
            return selector.keys().size();
        } catch (ClosedSelectorException closed) {
            return 0;
        }
    }

    /** Ends the loop and all registrations. */
    void close() {
        try {
            selector.close();
        } catch (IOException failure) {
            LOG.log(System.Logger.Level.DEBUG, "A selector could not be closed", failure);
        }
    }
}
