package io.github.changeover.connection;

import io.github.changeover.spi.AdvancedConnection;
import io.github.changeover.spi.BlockingConnection;
import io.github.changeover.spi.CloseCause;
import io.github.changeover.spi.ConnectionHandler;
import io.github.changeover.spi.ProtocolToken;
import io.github.changeover.spi.SharedBytes;
import io.github.changeover.spi.SwitchedConnection;
import io.github.changeover.spi.UpgradeRequest;
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
 * The streams of a handler that runs on a separate thread. This class implements the callbacks; they never block and run no handler code. No
 * monitor is held while a thread waits, so that virtual threads are not pinned.
 */
final class BlockingHandlerStreams implements ConnectionHandler.Events {
    private static final int READ_AHEAD = 64 * 1024;      // bytes; reading from the client pauses when this many wait for the handler
    private static final int MIN_BUFFER = 512;            // minimum size of a buffer, in bytes

    private final TransportConnection connection;
    private final ConnectionHandler.Blocking handler;
    private final ApplicationResources application;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final ArrayDeque<ByteBuffer> arrived = new ArrayDeque<>();
    private int available;
    private boolean paused;         // whether reading from the client is paused
    private boolean ended;
    private boolean room = true;
    private volatile CloseCause cause;      // null while the connection is open; changed under the lock
    private boolean stopped;        // drain was called, so reads return -1
    private final AtomicBoolean firstOfTwoEnds = new AtomicBoolean();     // true after the first of two events: serve has returned, the connection has ended
    private volatile Thread server; // the thread that runs serve, or null
    private boolean serving;        // serve was started and will release the reserved thread
    private final AtomicBoolean reserved = new AtomicBoolean(true);     // whether a thread is still reserved

    BlockingHandlerStreams(TransportConnection connection, ConnectionHandler.Blocking handler, ApplicationResources application) {
        this.connection = connection;
        this.handler = handler;
        this.application = application;
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
        serving = true;     // only now: run() throws if no thread can be created
    }

    /** Runs the handler. The connection always closes when it returns or throws: the end of the output alone does not close the connection. */
    private void serve() {
        server = Thread.currentThread();
        try {
            handler.serve(new Connection());
            connection.close();
        } catch (Throwable failure) {
            // If the connection has already ended, the exception is a consequence of this and not a failure of the handler.
            if (cause == null) connection.failed(failure);
        } finally {
            synchronized (firstOfTwoEnds) {
                server = null;
                Thread.interrupted();       // clears the flag that interrupt() may have set: the thread will run another handler
            }
            releaseThread();
            finish();
        }
    }

    /** Releases the reserved thread, once: when {@code serve} has returned, or when it will never run. */
    void releaseThread() {
        if (reserved.getAndSet(false)) application.blocking().release();
    }

    /** Interrupts {@code serve}. Returns its thread, or null if it does not run. */
    Thread interrupt() {
        synchronized (firstOfTwoEnds) {
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
            append(bytes);
            if (available >= READ_AHEAD) {
                paused = true;
                connection.pause();
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Appends the bytes to the last buffer if they fit, so that a client that sends single bytes does not use one buffer for each byte. */
    private void append(ByteBuffer bytes) {
        ByteBuffer last = arrived.peekLast();
        if (last == null || last.capacity() - last.limit() < bytes.remaining()) {
            last = ByteBuffer.allocate(Math.max(MIN_BUFFER, bytes.remaining())).limit(0);
            arrived.add(last);
        }
        int end = last.limit();
        last.limit(end + bytes.remaining());
        last.put(end, bytes, bytes.position(), bytes.remaining());
    }

    @Override
    public void writable(SwitchedConnection writableConnection) {
        update(() -> room = true);
    }

    @Override
    public void ended(SwitchedConnection endedConnection) {
        update(() -> ended = true);
    }

    @Override
    public void drain(SwitchedConnection drainedConnection, Duration grace) {
        update(() -> stopped = true);
    }

    @Override
    public void closed(SwitchedConnection closedConnection, CloseCause why) {
        update(() -> cause = why);
        if (serving) {
            finish();
            return;
        }
        releaseThread();
        application.callbacks().execute(() -> {
            Completions.guarded(handler::unserved);
            connection.handlerFinished();
        });
    }

    /** Called after {@code serve} and after {@code closed}. The second call releases the memory. */
    private void finish() {
        if (firstOfTwoEnds.getAndSet(true)) {
            lock.lock();
            try {
                connection.release(available);      // bytes that the handler has not read
                arrived.clear();
                available = 0;
            } finally {
                lock.unlock();
            }
            connection.handlerFinished();
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

    // ---- for the handler

    /** The connection with its streams. */
    private final class Connection implements BlockingConnection {
        @Override
        public InputStream input() {
            return in;
        }

        @Override
        public OutputStream output() {
            return out;
        }

        @Override
        public String id() {
            return connection.id();
        }

        @Override
        public UpgradeRequest request() {
            return connection.request();
        }

        @Override
        public ProtocolToken protocol() {
            return connection.protocol();
        }

        @Override
        public boolean send(ByteBuffer bytes, Completion sent) {
            return connection.send(bytes, sent);
        }

        @Override
        public boolean send(SharedBytes bytes, Completion sent) {
            return connection.send(bytes, sent);
        }

        @Override
        public long queued() {
            return connection.queued();
        }

        @Override
        public void pause() {
            connection.pause();
        }

        @Override
        public void resume() {
            connection.resume();
        }

        @Override
        public void execute(Runnable task) {
            connection.execute(task);
        }

        @Override
        public void endOutput() {
            connection.endOutput();
        }

        @Override
        public void close() {
            connection.close();
        }

        @Override
        public void close(CloseCause why) {
            connection.close(why);
        }

        @Override
        public void abort() {
            connection.abort();
        }

        @Override
        public AdvancedConnection advanced() {
            return connection;
        }

        @Override
        public String toString() {
            return connection.toString();
        }
    }


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
                resumes = paused && available < READ_AHEAD / 2;
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
            for (int from = offset; from < offset + length; from += READ_AHEAD) {
                writePiece(ByteBuffer.wrap(bytes, from, Math.min(READ_AHEAD, offset + length - from)));
            }
        }

        private void writePiece(ByteBuffer piece) throws IOException {
            lock.lock();
            try {
                while (!room && cause == null) await();
                if (cause != null) throw new IOException("The connection is closed: " + cause);
                room = false;      // before the send, because writable() may be called immediately after it
            } finally {
                lock.unlock();
            }
            boolean more = connection.send(piece);
            boolean dropped = !more && connection.outputClosed();
            if (more || dropped) update(() -> room = true);
            if (dropped) throw connection.notAcceptedException();
        }

        @Override
        public void close() {
            connection.endOutput();
        }
    };
}
