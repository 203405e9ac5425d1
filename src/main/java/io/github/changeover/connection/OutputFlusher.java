package io.github.changeover.connection;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/**
 * Writes queued bytes while a callback of their connection runs. This is necessary because a callback may run for a long time after a send, or may wait
 * for the result of the send. It also triggers the completions of small sends if no other event of the connection has run them. One thread checks the
 * registered connections every 2 ms; it is parked if there are none. It never blocks and runs no handler code.
 */
final class OutputFlusher implements AutoCloseable {
    private static final long INTERVAL = 2_000_000, MAX_PAUSE = 64_000_000;     // nanoseconds
    /** Ticks without a connection before the thread parks. To wake the thread costs the sender more time than some idle ticks cost. */
    private static final int IDLE_TICKS = 50;

    private final Set<WatchedConnection> watched = ConcurrentHashMap.newKeySet();
    private final ClassLoader loader;
    private volatile Thread thread;
    private volatile boolean parked, closed;

    /** The state of one connection in the flusher. */
    static final class WatchedConnection {
        private final TransportConnection connection;
        private volatile boolean registered;
        private long callback, nextTry, rest, writtenBefore = -1;     // used only by the thread of the flusher

        WatchedConnection(TransportConnection connection) {
            this.connection = connection;
        }
    }

    OutputFlusher(ClassLoader loader) {
        this.loader = loader;
    }

    /** Registers this connection, because a callback runs and bytes wait, or because completions wait. Thread-safe; may be called repeatedly. */
    void watch(TransportConnection connection) {
        WatchedConnection state = connection.watched();
        // If it is registered, a later check will see the bytes: the flusher clears this flag before it checks the queue.
        if (state.registered) return;
        state.registered = true;
        watched.add(state);
        if (parked) LockSupport.unpark(thread);
        else if (thread == null) start();
    }

    private synchronized void start() {
        if (thread != null || closed) return;
        Thread newThread = new Thread(this::run, "changeover-flusher");
        newThread.setDaemon(true);
        newThread.setContextClassLoader(loader);
        thread = newThread;
        newThread.start();
    }

    private void run() {
        int idle = 0;
        while (!closed) {
            if (watched.isEmpty() && ++idle > IDLE_TICKS) {
                parked = true;
                while (watched.isEmpty() && !closed) LockSupport.park(this);
                parked = false;
                idle = 0;
            }
            LockSupport.parkNanos(this, INTERVAL);
            if (watched.isEmpty()) continue;
            idle = 0;
            long now = System.nanoTime();
            for (WatchedConnection one : watched) check(one, now);
        }
    }

    private void check(WatchedConnection one, long now) {
        TransportConnection connection = one.connection;
        long callback = connection.processor().callbackSince();
        if (callback == one.callback ? now - one.nextTry < 0 : callback != 0 && now - callback < INTERVAL / 2) return;
        watched.remove(one);
        one.registered = false;
        if (!connection.processor().inCallback()) {
            connection.processor().runRemainingCompletions();
            return;
        }
        if (connection.queue().queued() == 0 && !connection.queue().isWriteIncomplete()) return;
        if (callback != one.callback) one.rest = INTERVAL / 2;
        connection.advance();
        long written = connection.queue().written();
        one.rest = written == one.writtenBefore ? Math.min(MAX_PAUSE, one.rest * 2) : INTERVAL;     // back off while the client reads nothing
        one.writtenBefore = written;
        one.callback = callback;
        one.nextTry = now + one.rest;
        watch(connection);
    }

    @Override
    public void close() {
        closed = true;
        Thread last;
        synchronized (this) {
            last = thread;
        }
        if (last == null) return;
        LockSupport.unpark(last);
        BlockingHandlerThreads.join(last);
    }
}
