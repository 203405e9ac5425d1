package io.github.changeover.eventloop;

import java.nio.channels.CancelledKeyException;
import java.nio.channels.SelectionKey;

/**
 * A channel on an {@link EventLoop}. The loop reports a channel again and again while bytes are available. So its interest in bytes must end while
 * nobody reads them, because reading is paused or another thread is busy with the connection, and begin again when a read has found nothing.
 *
 * <p>Methods may be called on any thread. After the channel was closed they throw {@link CancelledKeyException}.
 */
public final class ChannelRegistration {
    private static final System.Logger LOG = System.getLogger(ChannelRegistration.class.getName());
    /** A call that blocked the loop counts this much; each later call that did not subtracts 1. */
    private static final int BLOCKED = 100;
    /** Above this, the next calls run elsewhere. */
    private static final int TOLERATED = 250;
    /** So many calls run elsewhere. Then the connection gets another chance. */
    private static final int CALLS_ELSEWHERE = 200;
    /** As {@link #TOLERATED}, for calls that are too short to be taken from the loop: the average of their time, in nanoseconds. */
    private static final long LONG_CALLS = 500_000;
    private static final int AVERAGE_SHIFT = 3;

    private final EventLoop loop;
    private final ChannelEvents events;
    private volatile SelectionKey key;
    private boolean interested = true;      // this field and the next are guarded by this object
    private boolean readSinceReported;
    private volatile int blocked;
    private volatile int callsElsewhere;
    private long averageNanos;              // used only by the thread that leads the loop

    ChannelRegistration(EventLoop loop, ChannelEvents events) {
        this.loop = loop;
        this.events = events;
    }

    void registered(SelectionKey made) {
        key = made;
    }

    // ---- called by the transport

    /** A thread begins to read. It goes on until it has found nothing ({@link #awaitReadable}) or the end ({@link #ignoreReadable}). */
    public synchronized void readStarted() {
        readSinceReported = true;
    }

    /** Requests a call of {@link ChannelEvents#readable} when bytes are available. */
    public void awaitReadable() {
        synchronized (this) {
            if (interested) return;
            key.interestOpsOr(SelectionKey.OP_READ);
            interested = true;
        }
        loop.wakeUp();
    }

    /** Ends the calls of {@link ChannelEvents#readable} until {@link #awaitReadable} is called. */
    public synchronized void ignoreReadable() {
        if (!interested) return;
        interested = false;
        if (key.isValid()) key.interestOpsAnd(~SelectionKey.OP_READ);
    }

    /** Requests one call of {@link ChannelEvents#writable} when bytes can be written. */
    public void awaitWritable() {
        key.interestOpsOr(SelectionKey.OP_WRITE);
        loop.wakeUp();
    }

    /** Ends the registration. A closed channel keeps its file descriptor until its selectors have noticed that, so call this before the channel is closed. */
    public void cancel() {
        key.cancel();
        loop.wakeUp();
    }

    /** Returns whether the calling thread leads the loop of this channel. */
    public boolean isOnLoop() {
        return loop.isLeader();
    }

    // ---- called by the loop

    /** Calls the transport, on the thread that leads the loop, or passes the call to another thread if the calls of this connection often block. Throws nothing. */
    void report() {
        try {
            reportReady();
        } catch (Throwable failure) {
            callFailed(failure);
        }
    }

    private void reportReady() {
        int ready = key.readyOps();
        if (callsElsewhere == 0) {
            call(ready);
            if (blocked > 0) blocked--;
        } else {
            callsElsewhere--;
            key.interestOpsAnd(~ready);      // until this call has been made, and has read what is there
            synchronized (this) {
                if ((ready & SelectionKey.OP_READ) != 0) interested = false;
            }
            try {
                events.executeElsewhere(() -> callElsewhere(ready));
            } catch (RuntimeException | Error noThread) {
                call(ready);
            }
        }
    }

    private void callElsewhere(int ready) {
        try {
            call(ready);
        } catch (Throwable failure) {
            callFailed(failure);
        }
    }

    /** Ends the registration, because the loop would report the same event again and again. */
    private void callFailed(Throwable failure) {
        if (!(failure instanceof CancelledKeyException) || key.isValid()) fail(failure);
    }

    /** Ends the registration and tells the transport. Throws nothing. */
    void fail(Throwable failure) {
        try {
            key.cancel();
            events.failed(failure);
            LOG.log(System.Logger.Level.ERROR, "An event of a connection failed", failure);
        } catch (Throwable again) {
            // for example, there is no memory
        }
    }

    private void call(int ready) {
        if ((ready & SelectionKey.OP_WRITE) != 0) {
            key.interestOpsAnd(~SelectionKey.OP_WRITE);
            events.writable();
        }
        if ((ready & SelectionKey.OP_READ) == 0) return;
        synchronized (this) {
            readSinceReported = false;
        }
        events.readable();
        // Nobody has read: reading is paused, or another thread is busy with this connection and will read afterwards. That read may already have
        // found nothing: then readSinceReported is true.
        synchronized (this) {
            if (!readSinceReported) ignoreReadable();
        }
    }

    /** The time of a call, in nanoseconds. Called by the thread that leads the loop. */
    void took(long nanos) {
        averageNanos += (nanos - averageNanos) >> AVERAGE_SHIFT;
        if (averageNanos < LONG_CALLS) return;
        averageNanos = 0;
        callsElsewhere = CALLS_ELSEWHERE;
    }

    /** A call has blocked the loop, which has therefore been given to another thread. Called by that thread. */
    void hasBlocked() {
        blocked += BLOCKED;
        if (blocked > TOLERATED) {
            blocked = 0;
            callsElsewhere = CALLS_ELSEWHERE;
        }
    }
}
