package io.github.changeover.bench.client;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;

/** Idle connections after the upgrade. */
public final class Idlers implements AutoCloseable {
    private final List<SocketChannel> channels = new ArrayList<>();

    private Idlers() {
    }

    /** Opens this many connections. */
    public static Idlers open(InetSocketAddress server, boolean webSocket, int count) throws IOException {
        Idlers idlers = new Idlers();
        byte[] request = webSocket ? Opening.webSocket() : Opening.raw("/echo");
        for (int i = 0; i < count; i++) {
            SocketChannel channel = Talk.connect(server);
            idlers.channels.add(channel);
            Opening.perform(channel, request);
            channel.configureBlocking(false);
        }
        return idlers;
    }

    /** Returns the number of connections that are still open. */
    public long alive() throws IOException {
        ByteBuffer b = ByteBuffer.allocate(1);
        long alive = 0;
        for (SocketChannel channel : channels) {
            if (channel.read(b.clear()) == 0) alive++;
        }
        return alive;
    }

    @Override
    public void close() throws IOException {
        for (SocketChannel channel : channels) channel.close();
    }
}
