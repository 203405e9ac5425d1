package io.github.changeover.servlet.tomcat;

import io.github.changeover.buffers.BufferPool;
import io.github.changeover.connection.Transport;
import io.github.changeover.connection.TransportConnection;
import io.github.changeover.eventloop.ChannelEvents;
import io.github.changeover.eventloop.ChannelRegistration;
import io.github.changeover.eventloop.EventLoops;
import io.github.changeover.servlet.adapter.HalfCloseTlsEngine;
import java.io.EOFException;
import java.io.IOException;
import java.lang.reflect.Field;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.SocketChannel;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import javax.net.ssl.SSLEngineResult;
import org.apache.tomcat.util.net.NioChannel;
import org.apache.tomcat.util.net.NioEndpoint;
import org.apache.tomcat.util.net.SecureNioChannel;
import org.apache.tomcat.util.net.SocketEvent;
import org.apache.tomcat.util.net.SocketWrapperBase;

/**
 * Transport directly on Tomcat's socket: the native transport, "Tomcat edge" in the log.
 *
 * <ul>
 * <li>Half-close of the client: {@link #read} returns -1, over TLS by {@link HalfCloseTlsEngine}; output is possible until the connection is closed.
 * <li>Half-close of the handler: {@link #endOutput} ends the output of the socket, over TLS after close_notify.
 * <li>Abort: {@link #abort} sends a reset.
 * <li>Reading ahead: none. Unread bytes stay in the socket, and {@link #close} releases it.
 * </ul>
 *
 * Without TLS, the {@link SocketChannel} is read and written, never Tomcat's {@link NioChannel}: Tomcat reuses
 * that for other connections after a close, and a late write must not reach those. TLS output and the rest of the head are written through the
 * NioChannel, so a close waits until no thread uses it.
 *
 * <p>Tomcat's poller reports events at first. A connection that has some traffic, or has been idle for some time, moves to an {@link EventLoops event
 * loop} of the application: there an event needs no change of threads. Without TLS, Tomcat's buffers are given back; TLS needs them.
 */
final class TomcatTransport implements Transport, ChannelEvents {
    private static final System.Logger LOG = System.getLogger(TomcatTransport.class.getName());
    private static final BufferPool READ_BUFFERS = BufferPool.ofDirectBuffers(64 * 1024);
    /** Whether Tomcat is in a dispatch of this socket, under the lock of the socket, and whether the socket is to be released. */
    private static final int FREE = 0, DISPATCHING = 1, RELEASED = 2;
    /** The event of Tomcat's poller after which a connection moves to an event loop. A connection with less traffic is not worth the price of the move. */
    private static final int MOVES_AT_EVENT = 3;
    /** After this time, Tomcat's poller has processed a registration. It uses the channel of the wrapper for that, which is replaced in a move. */
    private static final long POLLER_NANOS = 500_000_000;
    /** The most bytes that are read for one event of a loop, so that a client that always sends does not keep the loop. */
    private static final int READ_AT_ONCE = 256 * 1024;
    /** The field of {@link SecureNioChannel} with the bytes that were read and not decrypted yet. */
    static final String RECORDS_FIELD = "netInBuffer";
    private static final Field RECORDS;

    static {
        try {
            RECORDS = TomcatFacades.field(SecureNioChannel.class, RECORDS_FIELD);
        } catch (ReflectiveOperationException | RuntimeException missing) {       // ServletUpgradeHandler is used instead
            throw new ExceptionInInitializerError(missing.toString());
        }
    }

    private final SocketWrapperBase<?> wrapper;
    private final TransportConnection connection;
    private final EventLoops loops;             // null: Tomcat's poller reports all events
    private volatile ChannelRegistration onLoop;    // null while Tomcat's poller reports the events; changed under the io lock
    private int eventsOfPoller;                 // under the io lock, as the next three
    private boolean polledForRead, polledForWrite;      // registered with Tomcat's poller since its last event
    private long polledSince;                   // the time of the last registration for reading, in nanoseconds
    private int mayRead = READ_AT_ONCE;         // used only by the thread that reads
    private final SocketChannel channel;
    private final SecureNioChannel secure;      // null without TLS, as are the next two
    private final HalfCloseTlsEngine tls;
    private final ByteBuffer records;           // bytes that were read and not decrypted yet, in Tomcat's own buffer
    private final AtomicInteger dispatch = new AtomicInteger();
    private final ReentrantLock io = new ReentrantLock();
    private volatile boolean closed;            // changed under the io lock
    private boolean headSent;
    private boolean drained;        // the last read returned all available bytes: another one would be a useless system call
    private boolean decryptable;    // bytes may be left that the socket does not report any more, in the engine or in the records
    private ByteBuffer closeNotify; // the unwritten rest of close_notify; null before the output ends

    /** @param loops null if Tomcat's poller reports all events */
    TomcatTransport(SocketWrapperBase<?> wrapper, TransportConnection connection, EventLoops loops) {
        this.wrapper = wrapper;
        this.connection = connection;
        this.loops = loops;
        NioChannel socket = (NioChannel) wrapper.getSocket();
        this.channel = socket.getIOChannel();
        this.secure = socket instanceof SecureNioChannel overTls ? overTls : null;
        this.tls = secure == null ? null : new HalfCloseTlsEngine(secure.getSslEngine());
        this.records = secure == null ? null : recordsOf(secure);
    }

    private static ByteBuffer recordsOf(SecureNioChannel secure) {
        try {
            return (ByteBuffer) RECORDS.get(secure);
        } catch (IllegalAccessException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    // ---- dispatches of Tomcat

    /** Begins a dispatch. Returns false if the socket is to be released. */
    boolean beginDispatch() {
        return dispatch.compareAndSet(FREE, DISPATCHING);
    }

    /** Ends a dispatch. Returns false if the socket is to be released; the caller must then report that to Tomcat. */
    boolean endDispatch() {
        return dispatch.compareAndSet(DISPATCHING, FREE);
    }

    /**
     * Makes Tomcat release the socket: at the end of the current dispatch, or by an event if there is none. If the wrapper were closed here during a
     * dispatch that holds the processor, Tomcat would keep the processor forever.
     */
    private void release() {
        if (dispatch.getAndSet(RELEASED) != FREE) return;
        ChannelRegistration registration = onLoop;
        if (registration == null || !registration.isOnLoop() || !disconnectHere()) requestDisconnect();
    }

    /** Releases the socket on this thread, without a change of threads, unless Tomcat is busy with it. */
    private boolean disconnectHere() {
        Lock lock = TomcatSocketBuffers.lock(wrapper);
        if (!lock.tryLock()) return false;
        try {
            if (!wrapper.isClosed()) wrapper.processSocket(SocketEvent.DISCONNECT, false);
            return true;
        } finally {
            lock.unlock();
        }
    }

    void requestDisconnect() {
        if (!wrapper.isClosed()) wrapper.processSocket(SocketEvent.DISCONNECT, true);
    }

    // ---- bytes

    /** Called when reading starts: new bytes may have arrived since the socket was drained. */
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

    /** Reads without registering with Tomcat's poller. */
    @Override
    public int readLast(ByteBuffer into) throws IOException {
        return read(into, false);
    }

    private int read(ByteBuffer into, boolean registerInterest) throws IOException {
        io.lock();
        try {
            if (closed) return -1;
            ChannelRegistration registration = onLoop;
            if (registration != null) registration.readStarted();
            boolean enough = registration != null && mayRead <= 0 && !decryptable;
            int count = registerInterest && (drained || enough) ? 0 : readSome(into);
            mayRead -= count;
            if (count == 0 && registerInterest) {
                drained = false;
                awaitReadable();
            } else if (count < 0 && registration != null) {
                registration.ignoreReadable();
            }
            return count;
        } catch (EOFException end) {
            return -1;
        } catch (RuntimeException closedByTomcat) {
            throw new IOException("Tomcat has closed the connection", closedByTomcat);
        } finally {
            io.unlock();
        }
    }

    private void awaitReadable() {
        if (onLoop == null && eventsOfPoller >= MOVES_AT_EVENT && !polledForRead) moveToLoop();
        if (onLoop != null) {
            onLoop.awaitReadable();
        } else if (!polledForRead) {
            polledForRead = true;
            polledSince = System.nanoTime();
            wrapper.registerReadInterest();
        }
    }

    /**
     * Lets an event loop report the events of this connection, if there is one and nothing of Tomcat's is in the way. Tomcat's poller must have no
     * registration that it has not processed: it would look for the channel that is given back here. The caller holds the io lock.
     */
    private void moveToLoop() {
        if (loops == null || closed || polledForWrite || wrapper.hasDataToWrite() || !(wrapper instanceof NioEndpoint.NioSocketWrapper socket)) return;
        Lock lock = TomcatSocketBuffers.lock(wrapper);
        if (!lock.tryLock()) return;
        try {
            onLoop = loops.register(channel, this);
            TomcatSocketBuffers.leavePoller(socket, channel);
            TomcatSocketBuffers.release(socket);
        } catch (IOException | RuntimeException failure) {       // the channel is closed, or the application has stopped
            LOG.log(System.Logger.Level.DEBUG, "A connection stays on Tomcat's poller", failure);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public boolean isClosedByContainer() {
        return !channel.isOpen();
    }

    /**
     * A connection that is idle needs no buffers, so it moves to an event loop. Tomcat's poller has long processed its registration, unless bytes have
     * arrived since the connection was found idle.
     */
    @Override
    public void idle() {
        io.lock();
        try {
            if (onLoop == null && !(polledForRead && System.nanoTime() - polledSince < POLLER_NANOS)) moveToLoop();
        } finally {
            io.unlock();
        }
    }

    // ---- events of the loop

    @Override
    public void readable() {
        connection.readable();
    }

    @Override
    public void writable() {
        connection.writable();
    }

    @Override
    public void executeElsewhere(Runnable task) {
        wrapper.execute(task);
    }

    @Override
    public void failed(Throwable failure) {
        connection.transportFailed(failure);
    }

    /** Counts an event of Tomcat's poller. */
    void polled(boolean forWrite) {
        io.lock();
        try {
            if (forWrite) polledForWrite = false;
            else polledForRead = false;
            eventsOfPoller++;
        } finally {
            io.unlock();
        }
    }

    // ---- bytes, continued

    private int readSome(ByteBuffer into) throws IOException {
        // Bytes that arrived with the head of the request are in the buffer of the wrapper.
        if (!wrapper.getSocketBufferHandler().isReadBufferEmpty()) return wrapper.read(false, into);
        if (secure != null) return readSecure(into);
        int room = into.remaining();
        int count = channel.read(into);
        drained = count > 0 && count < room;
        return count;
    }

    /**
     * Reads and decrypts without Tomcat's channel. That channel would respond immediately to a key update of the client, and fail if the response
     * must wait for other output. It also loses bytes that arrive in one read with close_notify. Here the response is sent before the next bytes, as
     * RFC 8446 section 4.6.3 allows.
     */
    private int readSecure(ByteBuffer into) throws IOException {
        if (tls.closeNotifyReceived()) return -1;
        int start = into.position();
        int room = records.remaining();
        int arrived = channel.read(records);
        boolean recordLeft;
        records.flip();
        try {
            SSLEngineResult result;
            do result = tls.unwrap(records, into);      // at least once: the engine may hold more, or the end that Tomcat read with the head of the request
            while (result.bytesConsumed() > 0 && records.hasRemaining());
            recordLeft = result.getStatus() == SSLEngineResult.Status.BUFFER_OVERFLOW;
        } finally {
            records.compact();
        }
        int count = into.position() - start;
        decryptable = count > 0 && (recordLeft || !tls.holdsNoBytes() || tls.closeNotifyReceived());
        drained = count > 0 && !decryptable && arrived >= 0 && arrived < room;
        return count > 0 || arrived >= 0 && !tls.closeNotifyReceived() ? count : -1;
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
        if (secure.getOutboundRemaining() > 0) secure.flushOutbound();      // bytes that are encrypted but not sent
        while (from.hasRemaining()) {
            int count = secure.write(from);
            tls.clearSentResponses();
            if (count == 0) return false;
        }
        return secure.getOutboundRemaining() == 0;
    }

    @Override
    public void requestWritable() throws IOException {
        io.lock();
        try {
            requireOpen();
            if (onLoop != null) {
                onLoop.awaitWritable();
            } else {
                polledForWrite = true;
                wrapper.registerWriteInterest();
            }
        } catch (CancelledKeyException closedByTomcat) {
            throw new IOException("Tomcat has closed the connection", closedByTomcat);
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
                if (!closing && !tls.supportsHalfClose()) return EndOutput.UNSUPPORTED;
                if (!writeCloseNotify()) return EndOutput.WAITING;
            }
            channel.shutdownOutput();
            return EndOutput.SENT;
        } finally {
            io.unlock();
        }
    }

    /** Writes close_notify after everything that was encrypted before; the last write has returned true. Returns whether all of it is written. */
    private boolean writeCloseNotify() throws IOException {
        if (closeNotify == null) closeNotify = tls.closeNotify();
        while (closeNotify.hasRemaining()) {
            if (channel.write(closeNotify) == 0) return false;
        }
        return true;
    }

    // ---- the end

    /** Wakes Tomcat's poller. The socket of a closed channel stays open until each selector has noticed the close, and the poller may sleep for a second. */
    private void wakePoller() {
        if (wrapper instanceof NioEndpoint.NioSocketWrapper socket) socket.getPoller().getSelector().wakeup();
    }

    /** Without TLS, during a dispatch: Tomcat closes the socket, which ends the output, when the dispatch returns. */
    @Override
    public boolean closesAtOnce() {
        return secure == null && dispatch.get() == DISPATCHING;
    }

    @Override
    public void close() {
        if (detach()) release();
    }

    /** Prevents all further use of Tomcat's channel. Returns whether this call was the first. */
    boolean detach() {
        io.lock();
        try {
            boolean before = closed;
            closed = true;
            if (!before && onLoop != null) onLoop.cancel();
            return !before;
        } finally {
            io.unlock();
        }
    }

    /**
     * Aborts the connection. Sets {@code closed} first, so that a late write does not use the channel when it already belongs to
     * another connection.
     */
    @Override
    public void abort() {
        detach();
        try {
            channel.setOption(StandardSocketOptions.SO_LINGER, 0);     // sends a reset and frees the queue of the kernel
            channel.close();
            wakePoller();
        } catch (IOException gone) {
            // already closed
        }
        release();
    }
}
