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
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** Streams over the callbacks, for a handler with a thread of its own. No monitor is held while waiting: virtual threads stay unpinned. */
final class BlockingStreams implements ConnectionHandler.Events {
    private static final int AHEAD = 64 * 1024;      // octets taken before they are read
    private static final int LEAST = 512;            // in a buffer of them

    private final LiveConnection connection;
    private final ConnectionHandler.Blocking handler;
    private final Threads threads;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final ArrayDeque<ByteBuffer> arrived = new ArrayDeque<>();
    private int available;
    private boolean held;           // the peer is held back
    private boolean ended;
    private boolean room = true;
    private volatile CloseCause cause;      // null while open; changed under the lock
    private boolean stopped;        // the application goes: reads end
    private boolean serving;        // from here on the place is serve's to give back

    BlockingStreams(LiveConnection connection, ConnectionHandler.Blocking handler, Threads threads) {
        this.connection = connection;
        this.handler = handler;
        this.threads = threads;
    }

    /** Of a handler that blocks; {@code streams} is null for any other. */
    static BlockingStreams of(BlockingStreams streams) {
        if (streams != null) return streams;
        throw new IllegalStateException("Streams are for a ConnectionHandler.Blocking; an Events handler receives in received() and sends with send()");
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
        threads.run(() -> {
            Thread.currentThread().setContextClassLoader(loader);
            serve();
        });
        serving = true;     // not before: no thread may be had
    }

    private void serve() {
        try {
            handler.serve(connection);
            connection.close();
        } catch (Throwable failure) {
            // An exception that only tells of the connection's end is not the handler's failure.
            if (cause == null && !(failure instanceof IOException && connection.sendsNoMore())) connection.execute(() -> {
                throw new HandlerFailure(failure);
            });
        } finally {
            threads.release();
        }
    }

    /** Carries what {@code serve} threw into a turn. */
    private static final class HandlerFailure extends RuntimeException {
        private static final long serialVersionUID = 1;

        HandlerFailure(Throwable cause) {
            super("serve() threw " + cause, cause);
        }
    }

    @Override
    public void received(SwitchedConnection from, ByteBuffer octets) {
        lock.lock();
        try {
            available += octets.remaining();
            keep(octets);
            if (available >= AHEAD) {
                held = true;
                connection.pause();
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Behind those before: a peer that sends octet by octet costs no buffer for each. */
    private void keep(ByteBuffer octets) {
        ByteBuffer last = arrived.peekLast();
        if (last == null || last.capacity() - last.limit() < octets.remaining()) {
            last = ByteBuffer.allocate(Math.max(LEAST, octets.remaining())).limit(0);
            arrived.add(last);
        }
        int end = last.limit();
        last.limit(end + octets.remaining());
        last.put(end, octets, octets.position(), octets.remaining());
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
        if (serving) return;
        threads.release();
        handler.unserved();
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
            throw new IOException("Interrupted while waiting for the peer", interrupted);
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
            boolean release;
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
                release = held && available < AHEAD / 2;
                if (release) held = false;
            } finally {
                lock.unlock();
            }
            if (release) connection.resume();
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
        public void write(int octet) throws IOException {
            write(new byte[] {(byte) octet}, 0, 1);
        }

        @Override
        public void write(byte[] octets, int offset, int length) throws IOException {
            Objects.checkFromIndexSize(offset, length, octets.length);
            for (int from = offset; from < offset + length; from += AHEAD) {
                writePiece(ByteBuffer.wrap(octets, from, Math.min(AHEAD, offset + length - from)));
            }
        }

        private void writePiece(ByteBuffer piece) throws IOException {
            lock.lock();
            try {
                while (!room && cause == null) await();
                if (cause != null) throw new IOException("The connection takes no more octets: it is closed, " + cause);
                room = false;      // before sending: writable() may come at once
            } finally {
                lock.unlock();
            }
            boolean more = connection.send(piece);
            boolean dropped = !more && connection.sendsNoMore();
            if (more || dropped) update(() -> room = true);
            if (dropped) throw new IOException("The connection takes no more octets: it is closing, or its output has ended");
        }

        @Override
        public void close() {
            connection.endOutput();
        }
    };
}
