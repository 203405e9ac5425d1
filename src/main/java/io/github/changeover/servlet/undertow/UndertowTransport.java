package io.github.changeover.servlet.undertow;

import io.github.changeover.buffers.BufferPool;
import io.github.changeover.connection.Transport;
import io.github.changeover.connection.TransportConnection;
import io.undertow.server.ServerConnection;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.locks.ReentrantLock;
import org.xnio.IoUtils;
import org.xnio.Options;
import org.xnio.StreamConnection;
import org.xnio.conduits.ConduitStreamSinkChannel;
import org.xnio.conduits.ConduitStreamSourceChannel;

/**
 * Transport on the channels of one of Undertow's connections.
 *
 * <ul>
 * <li>Half-close of the client: {@link #read} returns -1; output is possible until the connection is closed.
 * <li>Half-close of the handler: {@link #endOutput} ends the output of the socket. Over TLS it is not done before the connection closes.
 * <li>Abort: {@link #abort} sends a reset.
 * <li>Reading ahead: none, except for the bytes that Undertow has read behind the request. They come first out of the same channel.
 * </ul>
 *
 * The I/O threads of XNIO report the events. They must not block, so handler code runs on the callback pool.
 */
final class UndertowTransport implements Transport {
    private static final BufferPool READ_BUFFERS = BufferPool.ofDirectBuffers(64 * 1024);

    private final ServerConnection server;
    private final StreamConnection stream;
    private final ConduitStreamSourceChannel source;
    private final ConduitStreamSinkChannel sink;
    private final TransportConnection connection;
    private final boolean tls;
    private final ReentrantLock io = new ReentrantLock();   // the TLS of Undertow is not made for two threads, one that reads and one that writes
    private boolean closed;                                 // under the io lock
    private volatile boolean inputEnded, outputEnded;       // XNIO itself closes a connection when both sides have ended

    UndertowTransport(ServerConnection server, StreamConnection stream, TransportConnection connection, boolean tls) {
        this.server = server;
        this.stream = stream;
        this.source = stream.getSourceChannel();
        this.sink = stream.getSinkChannel();
        this.connection = connection;
        this.tls = tls;
    }

    /** Opens the connection. Called by Undertow after the 101, on a thread that must not block. */
    void open() throws IOException {
        disableTimeouts();
        source.getReadSetter().set(readable -> {
            suspendReads();
            connection.readable();
        });
        sink.getWriteSetter().set(writable -> {
            suspendWrites();
            connection.writable();
        });
        // not the close listener of the stream: that is Undertow's, which then forgets the connection
        server.addCloseListener(ended -> {
            if (!outputEnded) connection.released();        // otherwise the next read returns the end, or fails
        });
        connection.open(this);
    }

    /** WildFly closes a connection after 90 s without a byte, in each direction separately. Changeover has its own times. */
    private void disableTimeouts() throws IOException {
        stream.setOption(Options.READ_TIMEOUT, 0);
        stream.setOption(Options.WRITE_TIMEOUT, 0);
        suspendReads();         // ends the times that run
        suspendWrites();
    }

    /** Under the lock, because the TLS of Undertow changes its state without one. */
    private void suspendReads() {
        io.lock();
        try {
            source.suspendReads();
        } finally {
            io.unlock();
        }
    }

    private void suspendWrites() {
        io.lock();
        try {
            sink.suspendWrites();
        } finally {
            io.unlock();
        }
    }

    private boolean bothSidesEnded() {
        return inputEnded && outputEnded;
    }

    @Override
    public boolean runsCallbacks() {
        return false;
    }

    // ---- bytes

    @Override
    public BufferPool readBuffers() {
        return READ_BUFFERS;
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
        return read(into, true);
    }

    @Override
    public int readLast(ByteBuffer into) throws IOException {
        return read(into, false);
    }

    private int read(ByteBuffer into, boolean requestsEvent) throws IOException {
        io.lock();
        try {
            if (closed || bothSidesEnded()) return -1;
            int count = source.read(into);
            if (count < 0) inputEnded = true;
            if (count == 0 && requestsEvent) source.resumeReads();
            return count;
        } finally {
            io.unlock();
        }
    }

    @Override
    public boolean write(ByteBuffer from) throws IOException {
        io.lock();
        try {
            requireOpen();
            while (from.hasRemaining()) {
                if (sink.write(from) == 0) return false;
            }
            return sink.flush();
        } finally {
            io.unlock();
        }
    }

    private void requireOpen() throws IOException {
        if (closed) throw new IOException("The connection is closed");
    }

    @Override
    public void requestWritable() throws IOException {
        io.lock();
        try {
            requireOpen();
            sink.resumeWrites();
        } finally {
            io.unlock();
        }
    }

    @Override
    public EndOutput endOutput(boolean closing) throws IOException {
        io.lock();
        try {
            requireOpen();
            if (tls && !closing) return EndOutput.UNSUPPORTED;
            if (!outputEnded) {
                outputEnded = true;     // before XNIO closes the connection and reports that
                sink.shutdownWrites();
            }
            return sink.flush() ? EndOutput.SENT : EndOutput.WAITING;
        } finally {
            io.unlock();
        }
    }

    // ---- the end

    @Override
    public boolean isClosedByContainer() {
        if (!io.tryLock()) return false;        // a read may just have closed it, because both sides have ended
        try {
            return !stream.isOpen() && !bothSidesEnded();
        } finally {
            io.unlock();
        }
    }

    @Override
    public void close() {
        if (detach()) IoUtils.safeClose(stream);
    }

    @Override
    public void abort() {
        if (!detach()) return;
        try {
            stream.setOption(Options.CLOSE_ABORT, true);        // sends a reset and frees the queue of the kernel
        } catch (IOException | RuntimeException gone) {
            // already closed
        }
        IoUtils.safeClose(stream);
    }

    /** Prevents all further use of the channels. Returns whether this call was the first. */
    private boolean detach() {
        io.lock();
        try {
            boolean first = !closed;
            closed = true;
            return first;
        } finally {
            io.unlock();
        }
    }
}
