package io.github.changeover.servlet;

import io.github.changeover.connection.LiveConnection;
import io.github.changeover.connection.Scratch;
import io.github.changeover.connection.Transport;
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
 * The octets of an upgraded connection, by the non-blocking streams of the Servlet API. Whatever a container throws
 * from a stream it has closed (IOException, NullPointerException, IllegalStateException) becomes an IOException here.
 */
final class ServletTransport implements Transport, ReadListener, WriteListener {
    private static final int PIECE = 8000;                  // below Tomcat's 8192: a write that fills its buffer to the brim blocks flush()
    private static final long LONGEST_REST = 10_000_000;    // nanoseconds
    private static final long LONGEST_STAY = 5_000_000_000L;
    private static final Scratch SCRATCH = new Scratch(16 * 1024, false);

    private final WebConnection web;
    private final LiveConnection connection;
    private final Container.Below below;
    private final ReentrantLock reading = new ReentrantLock(), writing = new ReentrantLock();   // held by whoever is inside the stream
    private ServletInputStream in;
    private ServletOutputStream out;
    private volatile boolean writePossible;
    private volatile boolean unflushed;
    private volatile boolean endTold;   // below the container, whenever the peer ends
    private volatile boolean endSeen;   // told; bytes from before it may still be in there
    private volatile boolean ended;
    private final ReadAhead ahead;      // null where any thread may read
    private volatile boolean closed;
    private volatile long leaveBy;      // nanoseconds; 0 until the streams are to be left
    private volatile Thread inside;     // the container's thread while it calls back
    private long rest;

    ServletTransport(WebConnection web, LiveConnection connection, Container.Below below) {
        this.web = web;
        this.connection = connection;
        this.below = below;
        this.ahead = below.readsInCallbacks() ? new ReadAhead() : null;
    }

    /** Inside init(), on the container's thread. */
    void start() {
        inside = Thread.currentThread();
        IOException unfit = null;
        writing.lock();
        reading.lock();
        try {
            requireOpen();
            in = web.getInputStream();
            out = web.getOutputStream();
            out.setWriteListener(this);     // before the others: a peer that has left makes them end all this
            out.flush();                    // some containers send the 101 with the first output only
            in.setReadListener(this);       // before open, for nothing may be read without it; may call back from inside
            if (ahead != null) readAhead();
        } catch (IOException failure) {
            unfit = failure;
        } catch (RuntimeException failure) {
            unfit = new IOException("The container has closed the connection", failure);
        } finally {
            reading.unlock();
            writing.unlock();
        }
        if (unfit != null) connection.broke(unfit);     // before open: its handler is not told of an opening
        connection.open(this);
        inside = null;
        endTold = below.whenEnded(() -> {
            endSeen = true;
            connection.readable();
        });
        below.whenGone(connection::released);
    }

    @Override
    public Scratch scratch() {
        return SCRATCH;
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
        if (ahead == null) return readStream(into);
        boolean over = ended;               // before the bytes: some may come, and the end behind them, between the two
        int count = ahead.take(into);
        if (count == 0 && over) return -1;
        if (ahead.takeRefused() && !below.recall() && !below.callbacksOnly()) readRefused();
        return count;
    }

    /** On the reader's thread: the container has told of these bytes, and will not tell again. */
    private void readRefused() {
        reading.lock();
        try {
            readAhead();
            if (!closed && in.isFinished() && !in.isReady()) end();     // in this order: bytes may come between
        } finally {
            reading.unlock();
        }
    }

    private int readStream(ByteBuffer into) throws IOException {
        if (ended) return -1;
        reading.lock();
        try {
            requireOpen();
            boolean over = endSeen || in.isFinished();      // first, for the same reason
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
        return out.isReady();       // false: the container still holds some, and calls back when it is out
    }

    private boolean outsideCallbacks() {
        return below.callbacksOnly() && inside != Thread.currentThread();
    }

    @Override
    public EndOutput endOutput(boolean closing) {
        return below.endOutput(closing) ? EndOutput.SENT : EndOutput.UNSUPPORTED;
    }

    /**
     * Payara calls on a thread of its selector, or with its monitors held; and Tomcat, while its thread is in a call, tells of
     * nothing else on this connection, so that what a handler that blocks has sent would not leave.
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
     * Nobody enters the streams any more, and whoever is inside has left: once they are closed Payara uses them again for another request, and what a late
     * writer sends would reach that request's client. Nothing inside blocks; on a container where something does, the wait has an end.
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
            // It is closed: what else was asked for?
        }
        if (outsideCallbacks()) below.recall();     // the container lets go of a socket in its own dispatch only
    }

    @Override
    public void abort() {
        closed = true;
        below.abort();      // first: it ends a write that blocks
        if (!outsideCallbacks()) release();     // else the next callback does
    }

    // ---- listeners: nothing may be thrown to the container (Tomcat would repeat onError without end)

    @Override
    public void onDataAvailable() {
        called(() -> {
            boolean spins = ahead != null && !readAhead();
            connection.readable();
            if (spins) rest();
            else rest = 0;
        });
    }

    /** On the container's thread, where it can be had; returns whether anything was read. */
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

    /** Tomcat calls again at once while bytes wait that there is no room for. */
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

    /** Some containers tell the peer's end so. Where it is told below them, they tell that they closed the connection: Payara, for whatever reason. */
    @Override
    public void onError(Throwable failure) {
        if (failure instanceof EOFException && !closed && !endTold) onAllDataRead();
        else called(() -> connection.broke(failure));
    }

    /** Passes an event on; and a close that had to wait for the container's thread is made now. */
    private void called(Runnable event) {
        Thread outer = inside;      // a callback may come inside another
        inside = Thread.currentThread();
        try {
            if (!closed) event.run();
            else if (below.callbacksOnly()) release();
        } finally {
            inside = outer;
        }
    }
}
