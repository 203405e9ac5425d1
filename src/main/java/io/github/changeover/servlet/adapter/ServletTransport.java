package io.github.changeover.servlet.adapter;

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
 * Transport on the non-blocking streams of the Servlet API: always on Payara and on an unknown container, on Tomcat if its sockets are not used. What
 * the Servlet API does not have is done by the {@link NativeConnection} of the container: the half-close, the abort, and the listener for the peer's
 * end. All exceptions of a container for a stream that it has closed (IOException, NullPointerException, IllegalStateException) become an IOException
 * here.
 */
final class ServletTransport implements Transport, ReadListener, WriteListener {
    private static final int MAX_WRITE = 8000;                      // bytes; less than the 8192 of Tomcat: flush() blocks after a write that fills its buffer
    private static final long MAX_PAUSE = 10_000_000;               // nanoseconds
    private static final long MAX_DETACH_WAIT = 5_000_000_000L;     // nanoseconds
    private static final BufferPool READ_BUFFERS = BufferPool.ofHeapBuffers(16 * 1024);

    private final WebConnection webConnection;
    private final TransportConnection connection;
    private final NativeConnection nativeConnection;
    private final ReentrantLock readLock = new ReentrantLock(), writeLock = new ReentrantLock();   // held while a thread uses the stream
    private final ReadAheadBuffer readAhead;        // null if any thread may read
    private ServletInputStream in;
    private ServletOutputStream out;
    private volatile boolean writePossible;
    private volatile boolean unflushed;
    private volatile boolean nativeEnd;             // whether the native connection reports the peer's end
    private volatile boolean nativeEndReported;     // it has reported the end; earlier bytes may still be unread
    private volatile boolean inputEnded;
    private volatile boolean closed;
    private volatile long detachDeadline;           // nanoseconds; 0 until the streams must not be used any more
    private volatile Thread callbackThread;         // the thread of the container during a callback
    private long pause;                             // nanoseconds

    ServletTransport(WebConnection webConnection, TransportConnection connection, NativeConnection nativeConnection) {
        this.webConnection = webConnection;
        this.connection = connection;
        this.nativeConnection = nativeConnection;
        this.readAhead = nativeConnection.readsInCallbacksOnly() ? new ReadAheadBuffer() : null;
    }

    /** Opens the connection. Called inside init(), on the thread of the container. */
    void start() {
        callbackThread = Thread.currentThread();
        IOException openFailure = null;
        writeLock.lock();
        readLock.lock();
        try {
            requireOpen();
            in = webConnection.getInputStream();
            out = webConnection.getOutputStream();
            out.setWriteListener(this);     // first: the next calls close everything if the peer has left
            out.flush();                    // some containers send the 101 only with the first output
            in.setReadListener(this);       // before open(): required for reading; may call back immediately
            if (readAhead != null) fillReadAhead();
        } catch (IOException failure) {
            openFailure = failure;
        } catch (RuntimeException failure) {
            openFailure = new IOException("The container has closed the connection", failure);
        } finally {
            readLock.unlock();
            writeLock.unlock();
        }
        if (openFailure != null) connection.transportFailed(openFailure);     // before open(), so that the handler is not called for an opening
        connection.open(this);
        callbackThread = null;
        nativeEnd = nativeConnection.onPeerEnd(() -> {
            nativeEndReported = true;
            connection.readable();
        });
        nativeConnection.onConnectionLost(connection::released);
    }

    @Override
    public BufferPool readBuffers() {
        return READ_BUFFERS;
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
        if (readAhead == null) return readStream(into);
        boolean atEnd = inputEnded;     // before the bytes: bytes and then the end may arrive between the two reads
        int count = readAhead.take(into);
        if (count == 0 && atEnd) return -1;
        if (readAhead.hasRoomAgain() && !nativeConnection.requestReadCallback() && !nativeConnection.streamsInCallbacksOnly()) readRefused();
        return count;
    }

    /** Reads bytes that were refused earlier, on the thread of the reader: the container has already reported them and will not report them again. */
    private void readRefused() {
        readLock.lock();
        try {
            fillReadAhead();
            if (!closed && in.isFinished() && !in.isReady()) end();     // in this order: bytes may arrive between the calls
        } finally {
            readLock.unlock();
        }
    }

    private int readStream(ByteBuffer into) throws IOException {
        if (inputEnded) return -1;
        readLock.lock();
        try {
            requireOpen();
            boolean atEnd = nativeEndReported || in.isFinished();      // first: bytes and then the end may arrive in between
            if (!in.isReady()) return atEnd ? end() : 0;
            int count = in.read(into.array(), into.arrayOffset() + into.position(), into.remaining());
            if (count < 0) return end();
            into.position(into.position() + count);
            return count;
        } catch (EOFException end) {
            return end();
        } catch (RuntimeException closedByContainer) {
            throw new IOException("The container has closed the connection", closedByContainer);
        } finally {
            readLock.unlock();
        }
    }

    private void requireOpen() throws IOException {
        if (closed) throw new IOException("The connection is closed");
    }

    private int end() {
        inputEnded = true;
        return -1;
    }

    @Override
    public boolean write(ByteBuffer from) throws IOException {
        if (!writePossible) return false;
        writeLock.lock();
        try {
            while (from.hasRemaining()) {
                requireOpen();
                if (!out.isReady()) return false;
                writePiece(from, Math.min(MAX_WRITE, from.remaining()));
                unflushed = true;
            }
            return flush();
        } catch (RuntimeException closedByContainer) {
            throw new IOException("The container has closed the connection", closedByContainer);
        } finally {
            writeLock.unlock();
        }
    }

    private void writePiece(ByteBuffer from, int count) throws IOException {
        if (from.hasArray() && nativeConnection.writesPartsOfArrays()) {
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
        return nativeConnection.streamsInCallbacksOnly() && callbackThread != Thread.currentThread();
    }

    /** Ends the output (half-close). The Servlet API cannot do it, so the native connection does. */
    @Override
    public EndOutput endOutput(boolean closing) {
        return nativeConnection.endOutput(closing) ? EndOutput.SENT : EndOutput.UNSUPPORTED;
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
            nativeConnection.beforeClose();
        }
        release();
    }

    /**
     * Prevents further use of the streams and waits until no thread uses them. Payara reuses closed streams for another request, so a late
     * write would reach the client of that request. Normally no call of a stream blocks; in a container where one does, the wait is limited to 5
     * seconds.
     */
    void detach() {
        if (detachDeadline == 0) detachDeadline = System.nanoTime() + MAX_DETACH_WAIT | 1;
        closed = true;
        awaitUnlocked(readLock);
        awaitUnlocked(writeLock);
    }

    private void awaitUnlocked(ReentrantLock lock) {
        boolean interrupted = false;
        while (true) {
            try {
                if (lock.tryLock(detachDeadline - System.nanoTime(), TimeUnit.NANOSECONDS)) lock.unlock();
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
            webConnection.close();
        } catch (Exception gone) {
            // already closed
        }
        if (outsideCallbacks()) nativeConnection.requestReadCallback();     // the container releases a socket only in its own dispatch
    }

    @Override
    public void abort() {
        closed = true;
        nativeConnection.abort();      // first: it ends a blocked write
        if (!outsideCallbacks()) release();     // otherwise the next callback does it
    }

    // ---- listeners: must not throw (Tomcat would call onError repeatedly without end)

    @Override
    public void onDataAvailable() {
        runCallback(() -> {
            boolean noProgress = readAhead != null && !fillReadAhead();
            connection.readable();
            if (noProgress) pauseCallbacks();
            else pause = 0;
        });
    }

    /** Reads ahead on the thread of the container. Returns whether anything was read, or the end was reached. */
    private boolean fillReadAhead() {
        boolean progress = false;
        readLock.lock();
        try {
            while (!closed && !inputEnded && readAhead.hasRoom() && in.isReady()) {
                if (readAhead.fill(in) < 0) end();
                progress = true;
            }
        } catch (EOFException end) {
            end();
        } catch (IOException failure) {
            connection.transportFailed(failure);
        } catch (RuntimeException closedByContainer) {
            connection.transportFailed(new IOException("The container has closed the connection", closedByContainer));
        } finally {
            readLock.unlock();
        }
        return progress || inputEnded;
    }

    /** Waits a short time, because Tomcat calls back immediately while bytes are waiting for which there is no room. */
    private void pauseCallbacks() {
        pause = Math.min(MAX_PAUSE, pause * 2 + 50_000);
        LockSupport.parkNanos(pause);
    }

    @Override
    public void onAllDataRead() {
        inputEnded = true;
        runCallback(connection::readable);
    }

    @Override
    public void onWritePossible() {
        writePossible = true;
        runCallback(connection::writable);
    }

    /**
     * Some containers report the peer's end here, as an EOFException. If the native connection reports the end, an EOFException here means that
     * the container has closed the connection; Payara reports every close in this way.
     */
    @Override
    public void onError(Throwable failure) {
        if (failure instanceof EOFException && !closed && !nativeEnd) onAllDataRead();
        else runCallback(() -> connection.transportFailed(failure));
    }

    /** Passes an event to the connection. Performs a close that had to wait for the thread of the container. */
    private void runCallback(Runnable event) {
        Thread outer = callbackThread;      // a callback may occur inside another
        callbackThread = Thread.currentThread();
        try {
            if (!closed) event.run();
            else if (nativeConnection.streamsInCallbacksOnly()) release();
        } finally {
            callbackThread = outer;
        }
    }
}
