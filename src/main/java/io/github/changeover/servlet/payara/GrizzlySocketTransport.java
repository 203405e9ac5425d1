package io.github.changeover.servlet.payara;

import io.github.changeover.buffers.BufferPool;
import io.github.changeover.connection.Transport;
import io.github.changeover.connection.TransportConnection;
import io.github.changeover.eventloop.ChannelEvents;
import io.github.changeover.eventloop.ChannelRegistration;
import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.SocketChannel;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Transport on the socket of one of Grizzly's connections, without TLS. An {@link io.github.changeover.eventloop.EventLoops event loop} of the
 * application reports its events. Grizzly keeps its connection, which it closes at the end.
 *
 * <ul>
 * <li>Half-close of the client: {@link #read} returns -1; output is possible until the connection is closed.
 * <li>Half-close of the handler: {@link #endOutput} ends the output of the socket.
 * <li>Abort: {@link #abort} sends a reset.
 * <li>Reading ahead: none, except for the bytes that Grizzly has read behind the request.
 * </ul>
 */
final class GrizzlySocketTransport implements Transport, ChannelEvents {
    private static final BufferPool READ_BUFFERS = BufferPool.ofDirectBuffers(64 * 1024);
    /** The most bytes that are read for one event, so that a client that always sends does not keep the loop. */
    private static final int READ_AT_ONCE = 256 * 1024;

    private final SocketChannel channel;
    private final Runnable terminate;
    private final TransportConnection connection;
    private final ReentrantLock io = new ReentrantLock();
    private ByteBuffer early;               // bytes that Grizzly has read behind the request; null if none are left
    private volatile ChannelRegistration registration;      // null before the first read or write that must wait; set under the io lock
    private volatile boolean opened;        // whether a thread opens the connection, or has opened it; set under the io lock
    private volatile Thread elsewhere;      // the thread that runs an event in place of the loop, or null
    private volatile boolean closed;        // changed under the io lock
    private boolean drained;                // the last read returned all available bytes: another one would be a useless system call
    private int mayRead = READ_AT_ONCE;     // used only by the thread that reads

    /** @param terminate ends the connection for the container; does not block */
    GrizzlySocketTransport(SocketChannel channel, ByteBuffer early, Runnable terminate, TransportConnection connection) {
        this.channel = channel;
        this.early = early.hasRemaining() ? early : null;
        this.terminate = terminate;
        this.connection = connection;
    }

    /** Only on the loop, and on the threads that stand in for it: Grizzly has few threads of its own, and none of them may block. */
    @Override
    public boolean runsCallbacks() {
        ChannelRegistration own = registration;
        return own != null && own.isOnLoop() || Thread.currentThread() == elsewhere;
    }

    /** Opens the connection, on a loop, so that all its callbacks run there. */
    void open() {
        io.lock();
        try {
            registration = connection.loops().orElseThrow().registerToBegin(channel, this);
            return;
        } catch (IOException ended) {
            opened = true;
        } finally {
            io.unlock();
        }
        connection.open(this);      // on the callback pool: its first read fails, which ends the connection
    }

    /**
     * Opens the connection at the first event. Returns whether an earlier event opens it: that may still run, because another thread takes the loop when an
     * event blocks.
     */
    private boolean isOpen() {
        if (opened || !beginOpening()) return true;
        connection.open(this);
        return false;
    }

    /** Waits until open() has set the registration. Returns whether the caller must open the connection. */
    private boolean beginOpening() {
        io.lock();
        try {
            boolean first = !opened;
            opened = true;
            return first;
        } finally {
            io.unlock();
        }
    }

    // ---- events of the loop

    @Override
    public void readable() {
        if (isOpen()) connection.readable();
    }

    @Override
    public void writable() {
        if (isOpen()) connection.writable();
    }

    @Override
    public void executeElsewhere(Runnable task) {
        connection.callbacks().execute(() -> {
            elsewhere = Thread.currentThread();
            try {
                task.run();
            } finally {
                elsewhere = null;
            }
        });
    }

    @Override
    public void failed(Throwable failure) {
        connection.transportFailed(failure);
        if (beginOpening()) connection.open(this);      // only an opened connection closes its socket
    }

    // ---- bytes

    @Override
    public BufferPool readBuffers() {
        drained = false;
        mayRead = READ_AT_ONCE;
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
            if (closed) return -1;
            ChannelRegistration own = registration;
            if (own != null) own.readStarted();
            int count = requestsEvent && (drained || mayRead <= 0) ? 0 : readSome(into);
            mayRead -= count;
            if (count == 0 && requestsEvent) {
                drained = false;
                if (own == null) register();
                else own.awaitReadable();
            } else if (count < 0 && own != null) {
                own.ignoreReadable();
            }
            return count;
        } catch (CancelledKeyException gone) {
            throw new IOException("Grizzly has closed the connection", gone);
        } finally {
            io.unlock();
        }
    }

    private int readSome(ByteBuffer into) throws IOException {
        if (early != null) return readEarly(into);
        int room = into.remaining();
        int count = channel.read(into);
        drained = count > 0 && count < room;
        return count;
    }

    private int readEarly(ByteBuffer into) {
        int count = Math.min(early.remaining(), into.remaining());
        into.put(early.slice(early.position(), count));
        early.position(early.position() + count);
        if (!early.hasRemaining()) early = null;
        return count;
    }

    private ChannelRegistration register() throws IOException {
        ChannelRegistration made = connection.loops().orElseThrow().register(channel, this);
        registration = made;
        return made;
    }

    @Override
    public boolean write(ByteBuffer from) throws IOException {
        io.lock();
        try {
            requireOpen();
            while (from.hasRemaining()) {
                if (channel.write(from) == 0) return false;
            }
            return true;
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
            (registration != null ? registration : register()).awaitWritable();
        } catch (CancelledKeyException gone) {
            throw new IOException("Grizzly has closed the connection", gone);
        } finally {
            io.unlock();
        }
    }

    @Override
    public EndOutput endOutput(boolean closing) throws IOException {
        io.lock();
        try {
            requireOpen();
            channel.shutdownOutput();
            return EndOutput.SENT;
        } finally {
            io.unlock();
        }
    }

    // ---- the end

    @Override
    public boolean isClosedByContainer() {
        return !channel.isOpen();
    }

    @Override
    public void close() {
        if (detach()) terminate.run();
    }

    @Override
    public void abort() {
        if (!detach()) return;
        try {
            channel.setOption(StandardSocketOptions.SO_LINGER, 0);     // sends a reset and frees the queue of the kernel
        } catch (IOException gone) {
            // already closed
        }
        terminate.run();
    }

    /** Prevents all further use of the socket. Returns whether this call was the first. */
    private boolean detach() {
        io.lock();
        try {
            if (closed) return false;
            closed = true;
            if (registration != null) registration.cancel();
            return true;
        } finally {
            io.unlock();
        }
    }
}
