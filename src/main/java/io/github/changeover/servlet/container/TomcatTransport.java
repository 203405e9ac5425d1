package io.github.changeover.servlet.container;

import io.github.changeover.connection.Scratch;
import io.github.changeover.connection.Transport;
import java.io.EOFException;
import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import org.apache.tomcat.util.net.NioChannel;
import org.apache.tomcat.util.net.NioEndpoint;
import org.apache.tomcat.util.net.SecureNioChannel;
import org.apache.tomcat.util.net.SocketEvent;
import org.apache.tomcat.util.net.SocketWrapperBase;

/**
 * A connection's bytes straight from Tomcat's socket. In clear text the {@link SocketChannel} is read and
 * written, never Tomcat's {@link NioChannel}: that one is used again for other connections after a close, and a late
 * writer must not reach those. TLS and the rest of the head go through it: so a close waits for whoever is inside.
 */
final class TomcatTransport implements Transport {
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);
    private static final Scratch SCRATCH = new Scratch(64 * 1024, true);
    /** Whether Tomcat is in a dispatch of this socket, under the socket's lock; and whether the socket is to be released. */
    private static final int FREE = 0, DISPATCHING = 1, RELEASED = 2;

    private final SocketWrapperBase<?> wrapper;
    private final SocketChannel channel;
    private final SecureNioChannel secure;      // null in clear text
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
        this.secure = socket instanceof SecureNioChannel tls ? tls : null;
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
        if (secure != null) return readSecure(into);
        if (!wrapper.getSocketBufferHandler().isReadBufferEmpty()) return wrapper.read(false, into);
        int room = into.remaining();
        int count = channel.read(into);
        drained = count > 0 && count < room;
        return count;
    }

    /** Tomcat throws for the client's close_notify, also when bytes came before it in the same read. */
    private int readSecure(ByteBuffer into) throws IOException {
        int start = into.position(), limit = into.limit();
        try {
            int count = wrapper.read(false, into);
            requireNoRenegotiation();
            return count;
        } catch (IOException failure) {
            if (!secure.getSslEngine().isInboundDone()) throw failure;
            into.limit(limit);
            return into.position() > start ? into.position() - start : -1;
        }
    }

    /** Before TLS 1.3 a client may begin another handshake: until it ends that, nothing can be encrypted, and Tomcat would try again without a rest. */
    private void requireNoRenegotiation() throws IOException {
        SSLEngine engine = secure.getSslEngine();
        HandshakeStatus status = engine.getHandshakeStatus();
        if (status == HandshakeStatus.NOT_HANDSHAKING || engine.isInboundDone() || closeNotify != null || endsEachSide()) return;
        throw new SSLException("The client begins another TLS handshake, which is refused");
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
            if (secure.write(from) == 0) return false;
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
                if (!closing && !endsEachSide()) return EndOutput.UNSUPPORTED;
                if (!writeCloseNotify()) return EndOutput.WAITING;
            }
            channel.shutdownOutput();
            return EndOutput.SENT;
        } finally {
            io.unlock();
        }
    }

    /** Before TLS 1.3 the client answers close_notify with its own, and drops what it has still to send (RFC 8446 section 6.1). */
    private boolean endsEachSide() {
        return secure.getSslEngine().getSession().getProtocol().equals("TLSv1.3");
    }

    /** Behind everything that was encrypted before: a write has returned true. Returns whether all of it is written. */
    private boolean writeCloseNotify() throws IOException {
        if (closeNotify == null) {
            SSLEngine engine = secure.getSslEngine();
            engine.closeOutbound();
            ByteBuffer records = ByteBuffer.allocate(2 * engine.getSession().getPacketBufferSize());
            while (!engine.isOutboundDone() && engine.wrap(NOTHING.duplicate(), records).bytesProduced() > 0) { }
            closeNotify = records.flip();
        }
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
