package io.github.changeover.bench.client;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;

/**
 * What one client sends and expects to receive, driven by the readiness of its socket. Unexpected bytes cause an
 * exception.
 */
public abstract class Talk {
    /** The current socket. */
    protected SocketChannel channel;
    private SelectionKey key;
    private long done;

    /** Called when the connection is open. From now on no operation blocks. */
    final void begin(SelectionKey registered, SocketChannel socket) throws IOException {
        key = registered;
        channel = socket;
        begin();
        goOn();
    }

    final void ready(ByteBuffer scratch) throws IOException {
        if (key.isReadable()) {
            int count = channel.read(scratch.clear());
            if (count < 0) throw new IOException("the server ended the connection");
            if (count > 0) received(scratch.array(), 0, count);
        }
        goOn();
    }

    /** Writes as much as possible. The interest rarely changes, because most writes are complete. */
    final void goOn() throws IOException {
        int wanted = write() ? SelectionKey.OP_READ : SelectionKey.OP_READ | SelectionKey.OP_WRITE;
        if (key.isValid() && key.interestOps() != wanted) key.interestOps(wanted);
    }

    /** Returns the number of messages, requests or handshakes with a correct response. */
    final long done() {
        return done;
    }

    /** Adds this many correct responses. */
    protected final void answered(int more) {
        done += more;
    }

    /** Returns whether this connection has ended and must be replaced by a new one. */
    boolean isOver() {
        return false;
    }

    /** Prepares the first bytes to write. */
    protected abstract void begin() throws IOException;

    /** Writes the pending bytes. Returns whether all of them were written. */
    protected abstract boolean write() throws IOException;

    /** Processes received bytes. */
    protected abstract void received(byte[] bytes, int from, int to) throws IOException;

    static SocketChannel connect(InetSocketAddress server) throws IOException {
        return connect(server, SocketChannel.open());
    }

    /** Connects with a receive buffer of this size. */
    static SocketChannel connect(InetSocketAddress server, int receiveBuffer) throws IOException {
        return connect(server, SocketChannel.open().setOption(StandardSocketOptions.SO_RCVBUF, receiveBuffer));
    }

    private static SocketChannel connect(InetSocketAddress server, SocketChannel channel) throws IOException {
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        channel.setOption(StandardSocketOptions.SO_LINGER, 0);      // a reset at the end, so that the port does not stay in TIME_WAIT
        channel.connect(server);
        return channel;
    }
}
