package io.github.changeover.bench.client;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;

/** What one client says and expects to hear, driven by the readiness of its socket. Whatever is not as expected throws. */
public abstract class Talk {
    /** The socket at present. */
    protected SocketChannel channel;
    private SelectionKey key;
    private long done;

    /** The connection is there, and from now on nothing waits. */
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

    /** Most writes go out whole: the interest changes seldom. */
    final void goOn() throws IOException {
        int wanted = write() ? SelectionKey.OP_READ : SelectionKey.OP_READ | SelectionKey.OP_WRITE;
        if (key.isValid() && key.interestOps() != wanted) key.interestOps(wanted);
    }

    /** Messages, requests or handshakes that were answered as they should. */
    final long done() {
        return done;
    }

    /** So many were answered. */
    protected final void answered(int more) {
        done += more;
    }

    /** Whether nothing more will come of this connection: another is to take its place. */
    boolean isOver() {
        return false;
    }

    /** Makes ready what is to be written first. */
    protected abstract void begin() throws IOException;

    /** Writes what is to be written now, and answers whether all of it went. */
    protected abstract boolean write() throws IOException;

    /** Bytes came. */
    protected abstract void received(byte[] bytes, int from, int to) throws IOException;

    static SocketChannel connect(InetSocketAddress server) throws IOException {
        SocketChannel channel = SocketChannel.open();
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        channel.setOption(StandardSocketOptions.SO_LINGER, 0);      // a reset at the end: no port waits for its time
        channel.connect(server);
        return channel;
    }
}
