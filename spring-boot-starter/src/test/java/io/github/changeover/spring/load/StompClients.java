package io.github.changeover.spring.load;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** STOMP clients over WebSocket on one thread. Each has its own topic, to which it sends texts that come back to it. */
final class StompClients implements AutoCloseable {
    private final Selector selector = Selector.open();
    private final InetSocketAddress server;
    private final List<StompClient> clients = new ArrayList<>();
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(64 << 10);
    private long[] delays = new long[1 << 16];
    private int count;

    StompClients(int port) throws IOException {
        this.server = new InetSocketAddress("127.0.0.1", port);
    }

    /** One client, which has at most one text on its way. */
    private final class StompClient {
        private final SocketChannel channel;
        private final String topic;
        private long sent;      // 0: no text is on its way

        StompClient(int number) throws IOException {
            topic = "/topic/own-" + number;
            channel = SocketChannel.open(server).setOption(StandardSocketOptions.TCP_NODELAY, true);
            write(("GET /stomp HTTP/1.1\r\nHost: localhost:" + server.getPort() + "\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                    + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: v12.stomp\r\n\r\n").getBytes(US_ASCII));
            await("\r\n\r\n");
            write(frame("CONNECT\naccept-version:1.2\nhost:localhost\n\n\0"));
            await("\0");
            write(frame("SUBSCRIBE\nid:0\ndestination:" + topic + "\n\n\0"));
            channel.configureBlocking(false);
            channel.register(selector, SelectionKey.OP_READ, this);
        }

        private void await(String end) throws IOException {
            StringBuilder received = new StringBuilder();
            while (received.indexOf(end) < 0) {
                buffer.clear();
                if (channel.read(buffer) < 0) throw new EOFException(received.toString());
                received.append(US_ASCII.decode(buffer.flip()));
            }
            if (!received.toString().startsWith("HTTP/1.1 101") && received.indexOf("CONNECTED") < 0) throw new IOException(received.toString());
        }

        void say() throws IOException {
            sent = System.nanoTime();
            write(frame("SEND\ndestination:" + topic + "\n\n" + "x".repeat(64) + "\0"));
        }

        private void write(byte[] bytes) throws IOException {
            ByteBuffer all = ByteBuffer.wrap(bytes);
            while (all.hasRemaining()) channel.write(all);
        }

        /** The text has come back: a MESSAGE frame of the server is far smaller than a segment. */
        void received() throws IOException {
            buffer.clear();
            if (channel.read(buffer) < 0) throw new EOFException("The server has closed a connection");
            if (sent == 0) return;
            record(System.nanoTime() - sent);
            sent = 0;
        }
    }

    private void record(long delay) {
        if (count == delays.length) delays = Arrays.copyOf(delays, 2 * count);
        delays[count++] = delay;
    }

    private static byte[] frame(String text) {
        byte[] payload = text.getBytes(US_ASCII);
        ByteBuffer frame = ByteBuffer.allocate(payload.length + 8);
        frame.put((byte) 0x81);
        if (payload.length < 126) frame.put((byte) (0x80 | payload.length));
        else frame.put((byte) 0xfe).putShort((short) payload.length);
        frame.putInt(0).put(payload);       // a mask of zeros leaves the payload unchanged
        return Arrays.copyOf(frame.array(), frame.position());
    }

    void open(int more) throws IOException {
        for (int i = 0; i < more; i++) clients.add(new StompClient(clients.size()));
    }

    /** Lets the first clients send texts for some seconds, all together this many in a second. Returns the number of texts that came back. */
    int talk(int talking, int perSecond, int seconds) throws IOException {
        count = 0;
        long start = System.nanoTime(), interval = 1_000_000_000L / perSecond, next = start;
        int who = 0;
        while (System.nanoTime() - start < seconds * 1_000_000_000L) {
            while (System.nanoTime() - next >= 0) {
                StompClient client = clients.get(who++ % talking);
                if (client.sent == 0) client.say();     // a client whose text is still on its way has its turn later
                next += interval;
            }
            if (selector.selectNow(key -> receive((StompClient) key.attachment())) == 0) Thread.onSpinWait();
        }
        return count;
    }

    private static void receive(StompClient client) {
        try {
            client.received();
        } catch (IOException failure) {
            throw new IllegalStateException(failure);
        }
    }

    /** Returns a percentile of the delays of the last call of {@link #talk}, in microseconds. */
    long percentile(double part) {
        long[] sorted = Arrays.copyOf(delays, count);
        Arrays.sort(sorted);
        return sorted[(int) Math.min(count - 1, Math.floor(count * part))] / 1000;
    }

    @Override
    public void close() throws IOException {
        for (StompClient client : clients) client.channel.close();
        selector.close();
    }
}
