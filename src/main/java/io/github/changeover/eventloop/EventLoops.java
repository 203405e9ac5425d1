package io.github.changeover.eventloop;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/**
 * The event loops of one application. They start with the first registration and end with {@link #close}. Each loop has one thread, which waits for its
 * channels and calls those that are ready. A call may block: then its loop goes on with another thread, as long as the executor has one.
 */
public final class EventLoops implements AutoCloseable {
    /**
     * What the loops do at present.
     *
     * @param running     number of loops that have started
     * @param connections number of channels on them
     * @param handovers   how many times a loop has been given to another thread because a call did not return
     */
    public record State(int running, int connections, long handovers) {
        /** Without loops. */
        public static final State NONE = new State(0, 0, 0);
    }

    private static final long CLOSE_MILLIS = 500;
    private final int count;
    private final ExecutorService threads;
    private final AtomicInteger next = new AtomicInteger();
    private final LongAdder handovers = new LongAdder();
    private EventLoop[] loops;                  // this field and the next are guarded by this object; null before the first registration
    private boolean closed;
    private volatile EventLoop[] started = {};  // the same loops, when their threads run
    private volatile EventLoopMonitor monitor;

    /**
     * @param count   number of loops, at least 1
     * @param threads runs each task on a platform thread of its own; is shut down by {@link #close}. It needs one thread more than there are loops, and
     *                further ones for calls that block
     */
    public EventLoops(int count, ExecutorService threads) {
        if (count < 1) throw new IllegalArgumentException("There must be at least one event loop, not " + count);
        this.count = count;
        this.threads = threads;
    }

    /**
     * Registers a non-blocking channel, with interest in bytes.
     *
     * @throws IOException if the channel is closed, or the loops are
     */
    public ChannelRegistration register(SocketChannel channel, ChannelEvents events) throws IOException {
        EventLoop[] running = started;
        if (running.length == 0) running = start();
        return running[Math.floorMod(next.getAndIncrement(), running.length)].register(channel, events);
    }

    private synchronized EventLoop[] start() throws IOException {
        if (closed) throw new IOException("The event loops have ended");
        if (loops != null) return loops;
        EventLoop[] made = new EventLoop[count];
        for (int i = 0; i < count; i++) made[i] = new EventLoop(this);
        loops = made;
        monitor = new EventLoopMonitor(made);
        threads.execute(monitor);
        for (EventLoop loop : made) threads.execute(loop);
        started = made;
        return made;
    }

    EventLoopMonitor monitor() {
        return monitor;
    }

    void execute(Runnable task) {
        threads.execute(task);
    }

    void handedOver() {
        handovers.increment();
    }

    public State state() {
        EventLoop[] running = started;
        int connections = 0;
        for (EventLoop loop : running) connections += loop.size();
        return new State(running.length, connections, handovers.sum());
    }

    /**
     * Ends the loops and their threads. Waits for the threads for at most half a second, because a callback that still blocks may keep one. Called when all
     * connections have ended.
     */
    @Override
    public void close() {
        EventLoop[] running;
        synchronized (this) {
            closed = true;
            running = loops;
            started = new EventLoop[0];
        }
        if (running != null) {
            monitor.close();
            for (EventLoop loop : running) loop.close();
        }
        threads.shutdownNow();
        try {
            threads.awaitTermination(CLOSE_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
