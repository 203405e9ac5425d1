package io.github.changeover.servlet.edge;

import io.github.changeover.buffers.BufferPool;
import io.github.changeover.connection.Transport;
import io.github.changeover.connection.TransportConnection;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.WebConnection;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Transport on the non-blocking streams of the Servlet API. All exceptions of a container for a stream that it has closed (IOException,
 * NullPointerException, IllegalStateException) become an IOException here.
 */
final class ServletTransport implements Transport, ReadListener, WriteListener {
    private static final int PIECE = 8000;                  // below the 8192 of Tomcat: flush() blocks after a write that fills its buffer
    private static final long LONGEST_REST = 10_000_000;    // nanoseconds
    private static final long LONGEST_STAY = 5_000_000_000L;
    private static final BufferPool READ_BUFFERS = BufferPool.ofHeapBuffers(16 * 1024);

    private final WebConnection web;
    private final TransportConnection connection;
    private final Container.Below below;
    private final ReentrantLock reading = new ReentrantLock(), writing = new ReentrantLock();   // held while a thread uses the stream
    private ServletInputStream in;
    private ServletOutputStream out;
    private volatile boolean writePossible;
    private volatile boolean unflushed;
    private volatile boolean endTold;   // whether the peer's end is reported beneath the Servlet API
    private volatile boolean endSeen;   // the end was reported; earlier bytes may still be unread
    private volatile boolean ended;
    private final ReadAheadBuffer ahead;      // null if any thread may read
    private volatile boolean closed;
    private volatile long leaveBy;      // nanoseconds; 0 until the streams must be left
    private volatile Thread inside;     // the thread of the container during a callback
    private long rest;

    ServletTransport(WebConnection web, TransportConnection connection, Container.Below below) {
        this.web = web;
        this.connection = connection;
        this.below = below;
        this.ahead = below.readsInCallbacks() ? new ReadAheadBuffer() : null;
    }

    /** Opens the connection. Called inside init(), on the thread of the container. */
    void start() {
        inside = Thread.currentThread();
        IOException unfit = null;
        writing.lock();
        reading.lock();
        try {
            requireOpen();
            in = web.getInputStream();
            out = web.getOutputStream();
            out.setWriteListener(this);     // first: the next calls close everything if the peer has left
            out.flush();                    // some containers send the 101 only with the first output
            in.setReadListener(this);       // before open(): required for reading; may call back immediately
            if (ahead != null) readAhead();
        } catch (IOException failure) {
            unfit = failure;
        } catch (RuntimeException failure) {
            unfit = new IOException("The container has closed the connection", failure);
        } finally {
            reading.unlock();
            writing.unlock();
        }
        if (unfit != null) connection.broke(unfit);     // before open(), so that the handler is not called for an opening
        connection.open(this);
        inside = null;
        endTold = below.whenEnded(() -> {
            endSeen = true;
            connection.readable();
        });
        below.whenGone(connection::released);
    }

    @Override
    public BufferPool readBuffers() {
        return READ_BUFFERS;
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
        if (ahead == null) return readStream(into);
        boolean over = ended;               // before the bytes: bytes and then the end may arrive between the two reads
        int count = ahead.take(into);
        if (count == 0 && over) return -1;
        if (ahead.takeRefused() && !below.recall() && !below.callbacksOnly()) readRefused();
        return count;
    }

    /** Reads bytes that were refused earlier, on the thread of the reader: the container has already reported them and will not report them again. */
    private void readRefused() {
        reading.lock();
        try {
            readAhead();
            if (!closed && in.isFinished() && !in.isReady()) end();     // in this order: bytes may arrive between the calls
        } finally {
            reading.unlock();
        }
    }

    private int readStream(ByteBuffer into) throws IOException {
        if (ended) return -1;
        reading.lock();
        try {
            requireOpen();
            boolean over = endSeen || in.isFinished();      // first: bytes and then the end may arrive in between
            if (!in.isReady()) return over ? end() : 0;
            int count = in.read(into.array(), into.arrayOffset() + into.position(), into.remaining());
            if (count < 0) return end();
            into.position(into.position() + count);
            return count;
        } catch (EOFException end) {
            return end();
        } catch (RuntimeException odd) {
            throw new IOException("The container has closed the connection", odd);
        } finally {
            reading.unlock();
        }
    }

    private void requireOpen() throws IOException {
        if (closed) throw new IOException("The connection is closed");
    }

    private int end() {
        ended = true;
        return -1;
    }

    @Override
    public boolean write(ByteBuffer from) throws IOException {
        if (!writePossible) return false;
        writing.lock();
        try {
            while (from.hasRemaining()) {
                requireOpen();
                if (!out.isReady()) return false;
                writePiece(from, Math.min(PIECE, from.remaining()));
                unflushed = true;
            }
            return flush();
        } catch (RuntimeException odd) {
            throw new IOException("The container has closed the connection", odd);
        } finally {
            writing.unlock();
        }
    }

    private void writePiece(ByteBuffer from, int count) throws IOException {
        if (from.hasArray() && below.writesPartsOfArrays()) {
            out.write(from.array(), from.arrayOffset() + from.position(), count);
            from.position(from.position() + count);
        } else {
            byte[] piece = new byte[count];
            from.get(piece);
            out.write(piece);
        }
    }

    private boolean flush() throws IOException {
        requireOpen();
        if (!unflushed) return true;
        if (!out.isReady()) return false;
        out.flush();
        unflushed = false;
        return out.isReady();       // false: the container still buffers bytes, and calls back when they are sent
    }

    private boolean outsideCallbacks() {
        return below.callbacksOnly() && inside != Thread.currentThread();
    }

    @Override
    public EndOutput endOutput(boolean closing) {
        return below.endOutput(closing) ? EndOutput.SENT : EndOutput.UNSUPPORTED;
    }

    /**
     * Returns false. Payara calls back on a selector thread, or while it holds monitors. Tomcat reports no other event of this connection during a
     * callback, so that output of a blocking handler would not be sent.
     */
    @Override
    public boolean runsCallbacks() {
        return false;
    }

    @Override
    public void close() {
        if (!closed) {
            detach();
            below.beforeClose();
        }
        release();
    }

    /**
     * Closes the streams for further use and waits until all threads have left them. Payara reuses closed streams for another request, so a late
     * write would reach the client of that request. Normally nothing inside blocks; in a container where something does, the wait is limited to 5
     * seconds.
     */
    void detach() {
        if (leaveBy == 0) leaveBy = System.nanoTime() + LONGEST_STAY | 1;
        closed = true;
        awaitLeft(reading);
        awaitLeft(writing);
    }

    private void awaitLeft(ReentrantLock stream) {
        boolean interrupted = false;
        while (true) {
            try {
                if (stream.tryLock(leaveBy - System.nanoTime(), TimeUnit.NANOSECONDS)) stream.unlock();
                break;
            } catch (InterruptedException later) {
                interrupted = true;
            }
        }
        if (interrupted) Thread.currentThread().interrupt();
    }

    private void release() {
        detach();
        try {
            web.close();
        } catch (Exception gone) {
            // already closed
        }
        if (outsideCallbacks()) below.recall();     // the container releases a socket only in its own dispatch
    }

    @Override
    public void abort() {
        closed = true;
        below.abort();      // first: it ends a blocked write
        if (!outsideCallbacks()) release();     // otherwise the next callback does it
    }

    // ---- listeners: must not throw (Tomcat would call onError repeatedly without end)

    @Override
    public void onDataAvailable() {
        called(() -> {
            boolean spins = ahead != null && !readAhead();
            connection.readable();
            if (spins) rest();
            else rest = 0;
        });
    }

    /** Reads ahead on the thread of the container. Returns whether anything was read, or the end was reached. */
    private boolean readAhead() {
        boolean some = false;
        reading.lock();
        try {
            while (!closed && !ended && ahead.hasRoom() && in.isReady()) {
                if (ahead.fill(in) < 0) end();
                some = true;
            }
        } catch (EOFException end) {
            end();
        } catch (IOException failure) {
            connection.broke(failure);
        } catch (RuntimeException odd) {
            connection.broke(new IOException("The container has closed the connection", odd));
        } finally {
            reading.unlock();
        }
        return some || ended;
    }

    /** Waits a short time, because Tomcat calls back immediately while bytes are waiting for which there is no room. */
    private void rest() {
        rest = Math.min(LONGEST_REST, rest * 2 + 50_000);
        LockSupport.parkNanos(rest);
    }

    @Override
    public void onAllDataRead() {
        ended = true;
        called(connection::readable);
    }

    @Override
    public void onWritePossible() {
        writePossible = true;
        called(connection::writable);
    }

    /**
     * Some containers report the peer's end here, as an EOFException. If the end is reported beneath the Servlet API, an EOFException here means that
     * the container has closed the connection; Payara reports every close in this way.
     */
    @Override
    public void onError(Throwable failure) {
        if (failure instanceof EOFException && !closed && !endTold) onAllDataRead();
        else called(() -> connection.broke(failure));
    }

    /** Passes an event on. Performs a close that had to wait for the thread of the container. */
    private void called(Runnable event) {
        Thread outer = inside;      // a callback may occur inside another
        inside = Thread.currentThread();
        try {
            if (!closed) event.run();
            else if (below.callbacksOnly()) release();
        } finally {
            inside = outer;
        }
    }
}
