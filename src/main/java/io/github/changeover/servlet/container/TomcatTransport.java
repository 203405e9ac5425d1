package io.github.changeover.servlet.container;

import io.github.changeover.connection.Scratch;
import io.github.changeover.connection.Transport;
import java.io.EOFException;
import java.io.IOException;
import java.lang.reflect.Field;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.tomcat.util.net.NioChannel;
import org.apache.tomcat.util.net.NioEndpoint;
import org.apache.tomcat.util.net.SecureNioChannel;
import org.apache.tomcat.util.net.SocketEvent;
import org.apache.tomcat.util.net.SocketWrapperBase;

/**
 * A connection's bytes straight from Tomcat's socket. In clear text the {@link SocketChannel} is read and
 * written, never Tomcat's {@link NioChannel}: that one is used again for other connections after a close, and a late
 * writer must not reach those. What is written over TLS and the rest of the head go through it: so a close waits for whoever is inside.
 */
final class TomcatTransport implements Transport {
    private static final Scratch SCRATCH = new Scratch(64 * 1024, true);
    /** Whether Tomcat is in a dispatch of this socket, under the socket's lock; and whether the socket is to be released. */
    private static final int FREE = 0, DISPATCHING = 1, RELEASED = 2;
    private static final Field RECORDS;

    static {
        try {
            RECORDS = TomcatContainer.field(SecureNioChannel.class, "netInBuffer");
        } catch (ReflectiveOperationException | RuntimeException unfit) {       // then the servlet edge serves
            throw new ExceptionInInitializerError(unfit.toString());
        }
    }

    private final SocketWrapperBase<?> wrapper;
    private final SocketChannel channel;
    private final SecureNioChannel secure;      // null in clear text, as are the next two
    private final TlsEnd tls;
    private final ByteBuffer records;           // what was read and is not decrypted yet, in Tomcat's own buffer
    private final AtomicInteger dispatch = new AtomicInteger();
    private final ReentrantLock io = new ReentrantLock();
    private volatile boolean closed;            // changed under the io lock
    private boolean headSent;
    private boolean drained;        // the last read took all there was: the next would be a system call for nothing
    private ByteBuffer closeNotify; // of TLS, as far as it is still to be written; null before the output ends

    TomcatTransport(SocketWrapperBase<?> wrapper) {
        this.wrapper = wrapper;
        NioChannel socket = (NioChannel) wrapper.getSocket();
        this.channel = socket.getIOChannel();
        this.secure = socket instanceof SecureNioChannel channel ? channel : null;
        this.tls = secure == null ? null : new TlsEnd(secure.getSslEngine());
        this.records = secure == null ? null : recordsOf(secure);
    }

    private static ByteBuffer recordsOf(SecureNioChannel secure) {
        try {
            return (ByteBuffer) RECORDS.get(secure);
        } catch (IllegalAccessException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    // ---- Tomcat's dispatch

    /** Returns whether the socket is still ours. */
    boolean beginDispatch() {
        return dispatch.compareAndSet(FREE, DISPATCHING);
    }

    /** Returns whether the socket is still ours; if not, the dispatch must tell Tomcat so. */
    boolean endDispatch() {
        return dispatch.compareAndSet(DISPATCHING, FREE);
    }

    /**
     * Has Tomcat release the socket: the dispatch that is under way does so when it ends, else an event leads to one. Closing the wrapper here
     * could meet a dispatch that holds the processor, and Tomcat would keep it for ever.
     */
    private void release() {
        if (dispatch.getAndSet(RELEASED) == FREE) requestDisconnect();
    }

    void requestDisconnect() {
        if (!wrapper.isClosed()) wrapper.processSocket(SocketEvent.DISCONNECT, true);
    }

    // ---- bytes

    /** Whoever takes it begins to read: what was drained before may be full again. */
    @Override
    public Scratch scratch() {
        drained = false;
        return SCRATCH;
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
        return read(into, true);
    }

    /** Without the round to Tomcat's poller. */
    @Override
    public int readLast(ByteBuffer into) throws IOException {
        return read(into, false);
    }

    private int read(ByteBuffer into, boolean goesOn) throws IOException {
        io.lock();
        try {
            if (closed) return -1;
            int count = drained && goesOn ? 0 : readSome(into);
            if (count == 0 && goesOn) {
                drained = false;
                wrapper.registerReadInterest();
            }
            return count;
        } catch (EOFException end) {
            return -1;
        } catch (RuntimeException odd) {
            throw new IOException("Tomcat has closed the connection", odd);
        } finally {
            io.unlock();
        }
    }

    private int readSome(ByteBuffer into) throws IOException {
        // What arrived with the request's head waits in the wrapper's buffer.
        if (!wrapper.getSocketBufferHandler().isReadBufferEmpty()) return wrapper.read(false, into);
        if (secure != null) return readSecure(into);
        int room = into.remaining();
        int count = channel.read(into);
        drained = count > 0 && count < room;
        return count;
    }

    /**
     * Tomcat's channel would answer a client's demand for new keys here, and fail where that has to wait behind other output; and it loses
     * what comes in one read with close_notify. The answer goes out before the next bytes, which is soon enough (RFC 8446 section 4.6.3).
     */
    private int readSecure(ByteBuffer into) throws IOException {
        if (tls.ended()) return -1;
        int start = into.position();
        int arrived = channel.read(records);
        records.flip();
        try {
            do { }      // once at least: the engine may hold more, or the end that Tomcat read with the request's head
            while (tls.unwrap(records, into).bytesConsumed() > 0 && records.hasRemaining());
        } finally {
            records.compact();
        }
        int count = into.position() - start;
        return count > 0 || arrived >= 0 && !tls.ended() ? count : -1;
    }

    @Override
    public boolean write(ByteBuffer from) throws IOException {
        io.lock();
        try {
            requireOpen();
            if (!headSent && wrapper.hasDataToWrite() && wrapper.flush(false)) return false;
            headSent = true;
            return secure == null ? writeClear(from) : writeSecure(from);
        } finally {
            io.unlock();
        }
    }

    private void requireOpen() throws IOException {
        if (closed) throw new IOException("The connection is closed");
    }

    private boolean writeClear(ByteBuffer from) throws IOException {
        while (from.hasRemaining()) {
            if (channel.write(from) == 0) return false;
        }
        return true;
    }

    private boolean writeSecure(ByteBuffer from) throws IOException {
        if (secure.getOutboundRemaining() > 0) secure.flushOutbound();      // what is encrypted and not sent
        while (from.hasRemaining()) {
            int count = secure.write(from);
            tls.forgetAnswered();
            if (count == 0) return false;
        }
        return secure.getOutboundRemaining() == 0;
    }

    @Override
    public void requestWritable() throws IOException {
        io.lock();
        try {
            requireOpen();
            wrapper.registerWriteInterest();
        } finally {
            io.unlock();
        }
    }

    @Override
    public EndOutput endOutput(boolean closing) throws IOException {
        io.lock();
        try {
            requireOpen();
            if (secure != null) {
                if (!closing && !tls.halves()) return EndOutput.UNSUPPORTED;
                if (!writeCloseNotify()) return EndOutput.WAITING;
            }
            channel.shutdownOutput();
            return EndOutput.SENT;
        } finally {
            io.unlock();
        }
    }

    /** Behind everything that was encrypted before: a write has returned true. Returns whether all of it is written. */
    private boolean writeCloseNotify() throws IOException {
        if (closeNotify == null) closeNotify = tls.close();
        while (closeNotify.hasRemaining()) {
            if (channel.write(closeNotify) == 0) return false;
        }
        return true;
    }

    // ---- the end

    /** The socket of a closed channel stays open until each selector has noticed: Tomcat's may sleep for a second. */
    private void wakePoller() {
        if (wrapper instanceof NioEndpoint.NioSocketWrapper socket) socket.getPoller().getSelector().wakeup();
    }

    @Override
    public void close() {
        if (detach()) release();
    }

    /** From here on nobody reaches Tomcat's channel; returns whether that is new. */
    boolean detach() {
        io.lock();
        try {
            boolean before = closed;
            closed = true;
            return !before;
        } finally {
            io.unlock();
        }
    }

    /** The mark first: a late writer must not find the channel in use by another connection. */
    @Override
    public void abort() {
        detach();
        try {
            channel.setOption(StandardSocketOptions.SO_LINGER, 0);     // a reset, and the kernel's queue is freed
            channel.close();
            wakePoller();
        } catch (IOException gone) {
            // then it is closed
        }
        release();
    }
}
