package io.github.changeover.servlet.container;

import io.github.changeover.connection.Scratch;
import io.github.changeover.connection.Transport;
import java.io.EOFException;
import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.concurrent.locks.ReentrantLock;
import javax.net.ssl.SSLEngine;
import org.apache.tomcat.util.net.NioChannel;
import org.apache.tomcat.util.net.SecureNioChannel;
import org.apache.tomcat.util.net.SocketEvent;
import org.apache.tomcat.util.net.SocketWrapperBase;

/**
 * A connection's octets straight from Tomcat's socket. In clear it is the {@link SocketChannel} that is read and
 * written, never Tomcat's {@link NioChannel}: that one is used again for other connections after a close, and a late
 * writer must not reach those. TLS and the head's remainder go through it: so a close waits for who is inside.
 */
final class TomcatTransport implements Transport {
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);
    private static final Scratch SCRATCH = new Scratch(64 * 1024, true);

    private final SocketWrapperBase<?> wrapper;
    private final SocketChannel channel;
    private final SecureNioChannel secure;      // null in clear
    private volatile Thread dispatcher;
    private final ReentrantLock io = new ReentrantLock();
    private volatile boolean closed;
    private boolean headSent;
    private boolean drained;        // the last read took all there was: the next would be a call of the system for nothing

    TomcatTransport(SocketWrapperBase<?> wrapper) {
        this.wrapper = wrapper;
        NioChannel socket = (NioChannel) wrapper.getSocket();
        this.channel = socket.getIOChannel();
        this.secure = socket instanceof SecureNioChannel tls ? tls : null;
    }

    /** Tells that the calling thread is, or is no longer, Tomcat's, in a dispatch of this socket. */
    void dispatching(boolean now) {
        dispatcher = now ? Thread.currentThread() : null;
    }

    boolean closed() {
        return closed;
    }

    /** Who takes it begins to read: what was drained before may be full again. */
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
        // What came with the request's head waits in the wrapper's buffer.
        boolean buffered = secure != null || !wrapper.getSocketBufferHandler().isReadBufferEmpty();
        if (buffered) return wrapper.read(false, into);
        int room = into.remaining();
        int count = channel.read(into);
        drained = count > 0 && count < room;
        return count;
    }

    @Override
    public boolean write(ByteBuffer from) throws IOException {
        io.lock();
        try {
            if (closed) throw new IOException("The connection is closed");
            if (!headSent && wrapper.hasDataToWrite() && wrapper.flush(false)) return later();
            headSent = true;
            return secure == null ? writeClear(from) : writeSecure(from);
        } finally {
            io.unlock();
        }
    }

    private boolean writeClear(ByteBuffer from) throws IOException {
        while (from.hasRemaining()) {
            if (channel.write(from) == 0) return later();
        }
        return true;
    }

    private boolean writeSecure(ByteBuffer from) throws IOException {
        if (secure.getOutboundRemaining() > 0) secure.flushOutbound();      // what is encrypted and not sent
        while (from.hasRemaining()) {
            if (secure.write(from) == 0) return later();
        }
        return secure.getOutboundRemaining() == 0 || later();
    }

    private boolean later() {
        wrapper.registerWriteInterest();
        return false;
    }

    @Override
    public boolean endOutput() throws IOException {
        io.lock();
        try {
            if (closed) throw new IOException("The connection is closed");
            if (secure != null) sayGoodbye();
            channel.shutdownOutput();
            return true;
        } finally {
            io.unlock();
        }
    }

    /** TLS's close_notify. What is read after it still arrives. */
    private void sayGoodbye() throws IOException {
        SSLEngine engine = secure.getSslEngine();
        engine.closeOutbound();
        ByteBuffer record = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
        engine.wrap(NOTHING, record);
        channel.write(record.flip());
    }

    @Override
    public void close() {
        if (!detach()) return;
        // On Tomcat's thread the dispatch answers CLOSED. From any other, an event is sent that does the same: closing the
        // wrapper here could meet a dispatch that holds the processor, and Tomcat would keep it for ever.
        if (dispatcher != Thread.currentThread() && !wrapper.isClosed()) wrapper.processSocket(SocketEvent.DISCONNECT, true);
    }

    /** From here on nobody reaches Tomcat's channel; answers whether that is new. */
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

    @Override
    public void abort() {
        try {
            channel.setOption(StandardSocketOptions.SO_LINGER, 0);     // a reset, and the kernel's queue is freed
            if (dispatcher != Thread.currentThread()) channel.close();
        } catch (IOException gone) {
            // then it is closed
        }
        close();
    }
}
