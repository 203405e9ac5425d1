package io.github.changeover.eventloop;

import java.io.IOException;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.util.ArrayList;
import java.util.List;
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
     * @param running     number of loops that run
     * @param connections number of channels on them
     * @param handovers   how many times a loop has been given to another thread because a call did not return
     */
    public record State(int running, int connections, long handovers) {
        /** Without loops. */
        public static final State NONE = new State(0, 0, 0);
    }

    private static final System.Logger LOG = System.getLogger(EventLoops.class.getName());
    private static final long CLOSE_MILLIS = 500;
    private static final long NEXT_START_NANOS = 10_000_000_000L;
    private final int count;
    private final ExecutorService threads;
    private final AtomicInteger next = new AtomicInteger();
    private final LongAdder handovers = new LongAdder();
    private final SelectorProvider selectors;
    private boolean closed;                     // this field and the next are guarded by this object
    private long startFailed;                   // the time of the last start that has failed, in nanoseconds; 0 if none has
    private volatile EventLoop[] started = {};  // empty before the first registration
    private volatile EventLoopMonitor monitor;

    /**
     * @param count   number of loops, at least 1
     * @param threads runs each task on a platform thread of its own, or throws an exception; is shut down by {@link #close}. It needs one thread more than
     *                there are loops, and further ones for calls that block
     */
    public EventLoops(int count, ExecutorService threads) {
        this(count, threads, SelectorProvider.provider());
    }

    EventLoops(int count, ExecutorService threads, SelectorProvider selectors) {
        if (count < 1) throw new IllegalArgumentException("There must be at least one event loop, not " + count);
        this.count = count;
        this.threads = threads;
        this.selectors = selectors;
    }

    /**
     * Registers a non-blocking channel, with interest in bytes.
     *
     * @throws IOException if the channel is closed, or the loops are, or they could not be started
     */
    public ChannelRegistration register(SocketChannel channel, ChannelEvents events) throws IOException {
        return nextLoop().register(channel, events, SelectionKey.OP_READ);
    }

    /**
     * Registers as {@link #register}, and requests one call of {@link ChannelEvents#writable}: for a connection that begins on its loop. A call may be made
     * before this method returns.
     */
    public ChannelRegistration registerToBegin(SocketChannel channel, ChannelEvents events) throws IOException {
        return nextLoop().register(channel, events, SelectionKey.OP_READ | SelectionKey.OP_WRITE);
    }

    private EventLoop nextLoop() throws IOException {
        EventLoop[] running = started;
        if (running.length == 0) running = start();
        int first = next.getAndIncrement();
        for (int i = 0; i < running.length; i++) {
            EventLoop loop = running[Math.floorMod(first + i, running.length)];
            if (loop.isOpen()) return loop;
        }
        throw new IOException("The event loops have ended");
    }

    private synchronized EventLoop[] start() throws IOException {
        if (closed) throw new IOException("The event loops have ended");
        if (started.length > 0) return started;
        if (startFailed != 0 && System.nanoTime() - startFailed < NEXT_START_NANOS) throw new IOException("The event loops could not be started");
        List<EventLoop> made = new ArrayList<>();
        try {
            while (made.size() < count) made.add(new EventLoop(this, selectors.openSelector()));
            EventLoop[] running = made.toArray(EventLoop[]::new);
            monitor = new EventLoopMonitor(running);
            threads.execute(monitor);
            for (EventLoop loop : running) threads.execute(loop);
            started = running;
            return running;
        } catch (IOException | RuntimeException | Error failure) {      // no file descriptor or no thread is available
            startFailed = System.nanoTime() | 1;
            if (monitor != null) monitor.close();
            made.forEach(EventLoop::close);
            LOG.log(System.Logger.Level.WARNING, "The event loops could not be started", failure);
            throw new IOException("The event loops could not be started", failure);
        }
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
        int running = 0, connections = 0;
        for (EventLoop loop : started) {
            if (loop.isOpen()) running++;
            connections += loop.size();
        }
        return new State(running, connections, handovers.sum());
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
            running = started;
            started = new EventLoop[0];
        }
        if (running.length > 0) monitor.close();
        for (EventLoop loop : running) loop.close();
        threads.shutdownNow();
        try {
            threads.awaitTermination(CLOSE_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
