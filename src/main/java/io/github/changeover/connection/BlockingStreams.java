package io.github.changeover.connection;

import io.github.changeover.spi.CloseCause;
import io.github.changeover.spi.ConnectionHandler;
import io.github.changeover.spi.SwitchedConnection;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Streams over the callbacks, for a handler with a thread of its own. The callbacks here never block and run no handler code. No
 * monitor is held while waiting: virtual threads stay unpinned.
 */
final class BlockingStreams implements ConnectionHandler.Events {
    private static final int AHEAD = 64 * 1024;      // bytes accepted before they are read
    private static final int LEAST = 512;            // in a buffer of them

    private final LiveConnection connection;
    private final ConnectionHandler.Blocking handler;
    private final Application application;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final ArrayDeque<ByteBuffer> arrived = new ArrayDeque<>();
    private int available;
    private boolean paused;         // the client is not read from
    private boolean ended;
    private boolean room = true;
    private volatile CloseCause cause;      // null while open; changed under the lock
    private boolean stopped;        // the application stops: reads end
    private final AtomicBoolean half = new AtomicBoolean();     // serve has returned, or the connection has ended
    private volatile Thread server; // while serve runs
    private boolean serving;        // from here on serve gives the thread back
    private final AtomicBoolean reserved = new AtomicBoolean(true);     // whether a thread is; once it is given back

    BlockingStreams(LiveConnection connection, ConnectionHandler.Blocking handler, Application application) {
        this.connection = connection;
        this.handler = handler;
        this.application = application;
    }

    /** Of a handler that blocks; {@code streams} is null for any other. */
    static BlockingStreams of(BlockingStreams streams) {
        if (streams != null) return streams;
        throw new IllegalStateException("Only a ConnectionHandler.Blocking has streams; an Events handler receives in received() and sends with send()");
    }

    InputStream input() {
        return in;
    }

    OutputStream output() {
        return out;
    }

    // ---- callbacks

    @Override
    public void opened(SwitchedConnection opened) {
        ClassLoader loader = Thread.currentThread().getContextClassLoader();
        application.blocking().run(() -> {
            Thread.currentThread().setContextClassLoader(loader);
            Runnable scope = connection.beginScope();
            try {
                serve();
            } finally {
                scope.run();
            }
        });
        serving = true;     // not before: no thread may be had
    }

    /** When it returns, or throws, the connection always closes: the output may have been ended before, but that alone closes nothing. */
    private void serve() {
        server = Thread.currentThread();
        try {
            handler.serve(connection);
            connection.close();
        } catch (Throwable failure) {
            // An exception that only tells of the connection's end is not the handler's failure.
            if (cause == null) connection.failed(failure);
        } finally {
            synchronized (half) {
                server = null;
                Thread.interrupted();       // of ours: the thread goes on with another handler
            }
            giveBack();
            finish();
        }
    }

    /** The thread, once: when {@code serve} has returned, or is never to run. */
    void giveBack() {
        if (reserved.getAndSet(false)) application.blocking().release();
    }

    /** Interrupts {@code serve}; returns its thread, or null when it does not run. */
    Thread interrupt() {
        synchronized (half) {
            if (server != null) server.interrupt();
            return server;
        }
    }

    @Override
    public void received(SwitchedConnection from, ByteBuffer bytes) {
        connection.charge(bytes.remaining());
        lock.lock();
        try {
            available += bytes.remaining();
            keep(bytes);
            if (available >= AHEAD) {
                paused = true;
                connection.pause();
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Behind those before: a client that sends byte by byte costs no buffer for each. */
    private void keep(ByteBuffer bytes) {
        ByteBuffer last = arrived.peekLast();
        if (last == null || last.capacity() - last.limit() < bytes.remaining()) {
            last = ByteBuffer.allocate(Math.max(LEAST, bytes.remaining())).limit(0);
            arrived.add(last);
        }
        int end = last.limit();
        last.limit(end + bytes.remaining());
        last.put(end, bytes, bytes.position(), bytes.remaining());
    }

    @Override
    public void writable(SwitchedConnection again) {
        update(() -> room = true);
    }

    @Override
    public void ended(SwitchedConnection peer) {
        update(() -> ended = true);
    }

    @Override
    public void drain(SwitchedConnection going, Duration grace) {
        update(() -> stopped = true);
    }

    @Override
    public void closed(SwitchedConnection gone, CloseCause why) {
        update(() -> cause = why);
        if (serving) {
            finish();
            return;
        }
        giveBack();
        application.callbacks().execute(() -> {
            Completions.guarded(handler::unserved);
            connection.handlerDone();
        });
    }

    /** After {@code serve} and {@code closed}, whichever comes last. */
    private void finish() {
        if (half.getAndSet(true)) {
            lock.lock();
            try {
                connection.release(available);      // what nobody has read
                arrived.clear();
                available = 0;
            } finally {
                lock.unlock();
            }
            connection.handlerDone();
        }
    }

    private void update(Runnable change) {
        lock.lock();
        try {
            change.run();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void await() throws IOException {
        try {
            changed.await();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IOException("Interrupted while waiting for the client", interrupted);
        }
    }

    // ---- streams

    private final InputStream in = new InputStream() {
        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            Objects.checkFromIndexSize(offset, length, into.length);
            if (length == 0) return 0;
            boolean resumes;
            int count;
            lock.lock();
            try {
                while (available == 0) {
                    if (cause != null && cause.kind() != CloseCause.Kind.PEER) throw new IOException("The connection is closed: " + cause);
                    if (ended || stopped || cause != null) return -1;
                    await();
                }
                ByteBuffer first = arrived.peek();
                count = Math.min(length, first.remaining());
                first.get(into, offset, count);
                if (!first.hasRemaining()) arrived.poll();
                available -= count;
                resumes = paused && available < AHEAD / 2;
                if (resumes) paused = false;
            } finally {
                lock.unlock();
            }
            connection.release(count);
            if (resumes) connection.resume();
            return count;
        }

        @Override
        public int available() {
            lock.lock();
            try {
                return available;
            } finally {
                lock.unlock();
            }
        }

        @Override
        public void close() {
            connection.close();
        }
    };

    private final OutputStream out = new OutputStream() {
        @Override
        public void write(int value) throws IOException {
            write(new byte[] {(byte) value}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            Objects.checkFromIndexSize(offset, length, bytes.length);
            for (int from = offset; from < offset + length; from += AHEAD) {
                writePiece(ByteBuffer.wrap(bytes, from, Math.min(AHEAD, offset + length - from)));
            }
        }

        private void writePiece(ByteBuffer piece) throws IOException {
            lock.lock();
            try {
                while (!room && cause == null) await();
                if (cause != null) throw new IOException("The connection is closed: " + cause);
                room = false;      // before sending: writable() may come at once
            } finally {
                lock.unlock();
            }
            boolean more = connection.send(piece);
            boolean dropped = !more && connection.sendsNoMore();
            if (more || dropped) update(() -> room = true);
            if (dropped) throw connection.refusal();
        }

        @Override
        public void close() {
            connection.endOutput();
        }
    };
}
