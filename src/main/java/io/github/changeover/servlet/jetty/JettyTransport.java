package io.github.changeover.servlet.jetty;

import io.github.changeover.buffers.BufferPool;
import io.github.changeover.connection.Transport;
import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.SocketChannelEndPoint;
import org.eclipse.jetty.util.BufferUtil;

/**
 * Transport on an end point of Jetty. Without TLS it reads and writes the socket itself, because the end point reports a reset as the end of the input, and
 * closes when both sides have ended. The selector of Jetty reports the events in both cases.
 *
 * <ul>
 * <li>Half-close of the client: {@link #read} returns -1; output is possible until the connection is closed.
 * <li>Half-close of the handler: {@link #endOutput} ends the output of the socket. Over TLS it is not done before the connection closes.
 * <li>Abort: {@link #abort} sends a reset.
 * <li>Reading ahead: none, except for the bytes that Jetty has read behind the request.
 * </ul>
 *
 * Handler code runs on the callback pool, because the selector threads must not block.
 */
final class JettyTransport implements Transport {
    private static final BufferPool READ_BUFFERS = BufferPool.ofDirectBuffers(64 * 1024);
    private static final int MAX_UNSENT = 8 * 1024;

    private final JettyConnection jetty;
    private final EndPoint endPoint;
    private final SocketChannelEndPoint socket;     // below TLS; null if Jetty uses no sockets
    private final SocketChannel channel;            // for reads and writes; null if the end point does them, as over TLS
    private ByteBuffer early;                       // read before anything else; null if none is left
    private ByteBuffer unsent;                      // bytes accepted by write that the socket has not accepted; null if none
    private volatile boolean writePending;          // Jetty sends the unsent bytes, or the rest of a TLS record, and reports it
    private boolean inputEnded;
    private volatile boolean outputEnded;
    private volatile boolean closed;

    JettyTransport(JettyConnection jetty, EndPoint endPoint) {
        this.jetty = jetty;
        this.endPoint = endPoint;
        this.socket = socketOf(endPoint);
        this.channel = endPoint == socket ? socket.getChannel() : null;
    }

    private static SocketChannelEndPoint socketOf(EndPoint endPoint) {
        EndPoint innermost = endPoint;
        while (innermost instanceof EndPoint.Wrapper wrapper) innermost = wrapper.unwrap();
        return innermost instanceof SocketChannelEndPoint found ? found : null;
    }

    /** Adds the bytes that Jetty has read behind the request. Called before the connection is opened. */
    void addEarlyBytes(ByteBuffer bytes) {
        early = bytes;
    }

    @Override
    public boolean runsCallbacks() {
        return false;
    }

    // ---- input

    @Override
    public BufferPool readBuffers() {
        return READ_BUFFERS;
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
        int count = readLast(into);
        if (count == 0) jetty.requestReadable();
        return count;
    }

    @Override
    public int readLast(ByteBuffer into) throws IOException {
        if (early != null) return readEarly(into);
        if (closed || inputEnded) return -1;
        int count = channel != null ? channel.read(into) : readEndPoint(into);
        if (count < 0) inputEnded = true;
        return count;
    }

    private int readEarly(ByteBuffer into) {
        int count = Math.min(early.remaining(), into.remaining());
        into.put(into.position(), early, early.position(), count);
        into.position(into.position() + count);
        early.position(early.position() + count);
        if (!early.hasRemaining()) early = null;
        return count;
    }

    private int readEndPoint(ByteBuffer into) throws IOException {
        ByteBuffer empty = into.slice().limit(0);       // the end point adds bytes behind the limit
        int count = endPoint.fill(empty);
        if (count > 0) into.position(into.position() + count);
        if (count < 0 && socket != null) requireNoReset();
        return count;
    }

    /** Throws the exception of a socket that was reset: the end point reports it as the end of the input. */
    private void requireNoReset() throws IOException {
        if (socket.getChannel().isOpen()) socket.getChannel().read(ByteBuffer.allocate(1));
    }

    // ---- output

    @Override
    public boolean write(ByteBuffer from) throws IOException {
        requireOpen();
        if (writePending || !flushUnsent()) return false;
        boolean sent = flush(from);
        if (channel != null && from.hasRemaining()) keepUnsent(from);
        return sent;
    }

    private void requireOpen() throws IOException {
        if (closed) throw new IOException("The connection is closed");
    }

    private boolean flushUnsent() throws IOException {
        if (unsent == null) return true;
        if (!flush(unsent)) return false;
        unsent = null;
        return true;
    }

    /** Returns whether all bytes, and all earlier ones, were given to the socket. */
    private boolean flush(ByteBuffer from) throws IOException {
        if (channel == null) return endPoint.flush(from);
        while (from.hasRemaining()) {
            if (channel.write(from) == 0) return false;
        }
        return true;
    }

    /** Keeps some bytes for {@link #requestWritable}: Jetty reports that a socket is ready only if it has bytes to send. */
    private void keepUnsent(ByteBuffer from) {
        ByteBuffer part = from.slice().limit(Math.min(MAX_UNSENT, from.remaining()));
        from.position(from.position() + part.remaining());
        unsent = ByteBuffer.allocate(part.remaining()).put(part).flip();
    }

    @Override
    public void requestWritable() throws IOException {
        requireOpen();
        if (writePending) return;
        writePending = true;
        jetty.writeLater(unsent == null ? BufferUtil.EMPTY_BUFFER : unsent);
    }

    /** The bytes of {@link #requestWritable} have been sent. */
    void sent() {
        unsent = null;
        writePending = false;
    }

    @Override
    public EndOutput endOutput(boolean closing) throws IOException {
        requireOpen();
        if (outputEnded) return EndOutput.SENT;
        if (channel == null && !closing) return EndOutput.UNSUPPORTED;      // Jetty would lose the last bytes of the client: it closes when it sees their end
        if (writePending || !flushUnsent()) return EndOutput.WAITING;
        outputEnded = true;     // before Jetty can close the connection and report that
        if (channel != null) channel.shutdownOutput();
        else endPoint.shutdownOutput();
        return EndOutput.SENT;
    }

    // ---- the end

    /** Returns whether Jetty closes the connection as soon as the client ends its side, or has done so: over TLS, if the output has ended. */
    boolean isClosedByItsEnds() {
        return channel == null && outputEnded;
    }

    @Override
    public boolean isClosedByContainer() {
        return !endPoint.isOpen() && !isClosedByItsEnds();
    }

    @Override
    public void close() {
        if (closed) return;
        closed = true;
        endPoint.close();
    }

    @Override
    public void abort() {
        closed = true;
        if (socket == null) {
            endPoint.close();
            return;
        }
        try {
            socket.getChannel().setOption(StandardSocketOptions.SO_LINGER, 0);      // sends a reset and frees the queue of the kernel
        } catch (IOException | RuntimeException gone) {
            // already closed
        }
        socket.close();     // without close_notify
    }
}
