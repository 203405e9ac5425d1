package io.github.changeover.it.crowd;

import io.github.changeover.it.Frames;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;

/**
 * A separate process with WebSocket clients of the application {@code blocking}, on one thread. Some only wait, and send one message at the end. Some send a
 * message at fixed intervals. Some send messages that block the callback, each as soon as the previous one was echoed. Some send as fast as the server reads.
 * Checks every echo, and measures the delay of those that talk, from the time when a message was due.
 */
public final class TalkingClients {
    private static final int AT_ONCE = 128, PER_ADDRESS = 5000;
    private static final long NEVER = Long.MAX_VALUE;
    private final InetSocketAddress server;
    private final String path;
    private final Selector selector = Selector.open();
    private final ByteBuffer bytes = ByteBuffer.allocate(256 * 1024);
    private final List<Client> clients = new ArrayList<>();
    private final PriorityQueue<Client> due = new PriorityQueue<>(Comparator.comparingLong(client -> client.due));
    private final List<String> wrong = new ArrayList<>();
    private long[] delays = new long[1 << 16];
    private int measured, blocked, opened, opening;
    private boolean measuring, ending;

    private TalkingClients(int port, String path) throws IOException {
        server = new InetSocketAddress("127.0.0.1", port);
        this.path = path;
    }

    private enum Kind { IDLE, TALKING, BLOCKING, FLOODING }

    private final class Client {
        final Kind kind;
        final String message;
        final long interval;
        final byte[] echo;
        SocketChannel channel;
        SelectionKey key;
        long due = NEVER;
        int expected, at;           // echoes that are expected, and bytes that were received of the first of them
        int echoes;
        boolean switched, ended;
        String head = "";
        ByteBuffer rest;

        Client(Kind kind, String message, long interval) {
            this.kind = kind;
            this.message = message;
            this.interval = interval;
            byte[] payload = message.getBytes(StandardCharsets.US_ASCII);
            ByteBuffer frame = ByteBuffer.allocate(payload.length + 4).put((byte) 0x81);
            if (payload.length < 126) frame.put((byte) payload.length);
            else frame.put((byte) 126).putShort((short) payload.length);
            echo = new byte[frame.put(payload).flip().remaining()];
            frame.get(echo);
        }

        void open() throws IOException {
            channel = SocketChannel.open();
            channel.configureBlocking(false);
            int number = clients.indexOf(this) / PER_ADDRESS;
            channel.bind(new InetSocketAddress("127.0.1." + (1 + number), 0));
            key = channel.register(selector, SelectionKey.OP_CONNECT, this);
            channel.connect(server);
            opening++;
        }

        void send() {
            try {
                if (rest == null) rest = ByteBuffer.wrap(Frames.text(message));
                channel.write(rest);
                if (rest.hasRemaining()) {
                    key.interestOps(SelectionKey.OP_READ | SelectionKey.OP_WRITE);
                    return;
                }
                rest = null;
                expected++;
                if (key.interestOps() != SelectionKey.OP_READ && kind != Kind.FLOODING) key.interestOps(SelectionKey.OP_READ);
            } catch (IOException failure) {
                end(failure.toString());
            }
        }

        void ready() {
            try {
                if (key.isConnectable() && channel.finishConnect()) {
                    key.interestOps(SelectionKey.OP_READ);
                    channel.write(StandardCharsets.ISO_8859_1.encode(Frames.handshake(path)));
                    return;
                }
                if (key.isReadable()) read();
                if (!ended && key.isWritable()) send();
            } catch (IOException failure) {
                end(failure.toString());
            }
        }

        private void read() throws IOException {
            int count = channel.read(bytes.clear());
            if (count < 0) {
                end("the server closed");
                return;
            }
            bytes.flip();
            if (!switched) {
                head += StandardCharsets.ISO_8859_1.decode(bytes);
                if (!head.contains("\r\n\r\n")) return;
                if (!head.startsWith("HTTP/1.1 101")) end(head);
                else switched = true;
                opened++;
                opening--;
                return;
            }
            while (bytes.hasRemaining()) {
                if (bytes.get() != echo[at++]) {
                    end("wrong byte in echo " + echoes);
                    return;
                }
                if (at == echo.length) echoed();
            }
        }

        private void echoed() {
            at = 0;
            echoes++;
            expected--;
            if (ending) return;
            long now = System.nanoTime();
            switch (kind) {
                case TALKING -> {
                    if (measuring) measure(now - due);
                    due = Math.max(due + interval, measuring ? 0 : now + interval);
                    due(this);
                }
                case BLOCKING -> {
                    if (measuring) blocked++;
                    due = now;
                    due(this);
                }
                case IDLE, FLOODING -> { }
            }
        }

        void end(String why) {
            ended = true;
            wrong.add(kind + " " + clients.indexOf(this) + ": " + why.replaceAll("\\s+", " "));
            try {
                channel.close();
            } catch (IOException gone) {
                // already closed
            }
        }
    }

    private void due(Client client) {
        due.add(client);
    }

    private void measure(long nanos) {
        if (measured == delays.length) delays = Arrays.copyOf(delays, measured * 2);
        delays[measured++] = nanos;
    }

    private void work(long until) throws IOException {
        while (true) {
            long now = System.nanoTime();
            while (!due.isEmpty() && due.peek().due - now <= 0) {
                Client client = due.poll();
                if (!client.ended) client.send();
            }
            if (now >= until) return;
            long wait = Math.min(until, due.isEmpty() ? until : due.peek().due) - now;
            if (wait < 1_000_000) selector.selectNow();
            else selector.select(wait / 1_000_000);
            for (SelectionKey key : selector.selectedKeys()) ((Client) key.attachment()).ready();
            selector.selectedKeys().clear();
        }
    }

    private long percentile(double share) {
        return measured == 0 ? 0 : delays[(int) Math.min(measured - 1, (long) (measured * share))] / 1000;
    }

    private void run(double seconds) throws IOException {
        long begun = System.nanoTime();
        for (int next = 0; opened < clients.size(); ) {
            while (next < clients.size() && opening < AT_ONCE) clients.get(next++).open();
            int before = opened;
            work(System.nanoTime() + 5_000_000);
            if (opened == before && System.nanoTime() - begun > 120_000_000_000L) throw new IOException("opened only " + opened);
        }
        System.out.println("opened " + opened + " in " + (System.nanoTime() - begun) / 1_000_000 + " ms, wrong " + wrong.size());
        Random random = new Random(1);
        for (Client client : clients) {
            switch (client.kind) {
                case IDLE -> { }
                case TALKING -> client.due = System.nanoTime() + (long) (random.nextDouble() * client.interval);
                case BLOCKING, FLOODING -> client.due = System.nanoTime();
            }
            if (client.kind != Kind.IDLE) due(client);
            if (client.kind == Kind.FLOODING) client.key.interestOps(SelectionKey.OP_READ | SelectionKey.OP_WRITE);
        }
        work(System.nanoTime() + 1_500_000_000);
        measuring = true;
        work(System.nanoTime() + (long) (seconds * 1e9));
        measuring = false;
        ending = true;
        System.out.println("measured " + measured);
        due.clear();
        for (Client client : clients) {
            if (client.ended) continue;
            if (client.kind == Kind.FLOODING) client.key.interestOps(SelectionKey.OP_READ);
            if (client.kind == Kind.IDLE) client.send();
        }
        long end = System.nanoTime() + 60_000_000_000L;
        while (clients.stream().anyMatch(client -> !client.ended && client.expected > 0) && System.nanoTime() < end) work(System.nanoTime() + 20_000_000);
        long unanswered = clients.stream().filter(client -> !client.ended && client.expected > 0).count();
        long silent = clients.stream().filter(client -> client.echoes == 0).count();
        Arrays.sort(delays, 0, measured);
        int flooded = clients.stream().filter(client -> client.kind == Kind.FLOODING).mapToInt(client -> client.echoes).sum();
        System.out.printf("result talked %d p50 %d p99 %d p99.9 %d max %d us; blocked %d flooded %d unanswered %d silent %d wrong %d %s%n", measured, percentile(0.5),
                percentile(0.99), percentile(0.999), measured == 0 ? 0 : delays[measured - 1] / 1000, blocked, flooded, unanswered, silent, wrong.size(), wrong.stream().limit(3).toList());
    }

    /**
     * Arguments: the port of the server, the path, the seconds to measure, then groups: {@code idle=COUNT}, {@code talk=COUNT,INTERVAL MILLIS}, {@code
     * block=COUNT,HOW,MILLIS}, {@code flood=COUNT,BYTES}.
     */
    public static void main(String[] arguments) throws IOException {
        TalkingClients crowd = new TalkingClients(Integer.parseInt(arguments[0]), arguments[1]);
        for (String group : List.of(arguments).subList(3, arguments.length)) {
            String[] words = group.split("[=,]");
            for (int i = 0; i < Integer.parseInt(words[1]); i++) {
                int number = crowd.clients.size();
                crowd.clients.add(switch (words[0]) {
                    case "idle" -> crowd.new Client(Kind.IDLE, "idle" + number, 0);
                    case "talk" -> crowd.new Client(Kind.TALKING, "talk" + number, Long.parseLong(words[2]) * 1_000_000);
                    case "block" -> crowd.new Client(Kind.BLOCKING, words[2] + " " + words[3] + " " + number, 0);
                    case "flood" -> crowd.new Client(Kind.FLOODING, "f".repeat(Integer.parseInt(words[2])), 0);
                    default -> throw new IllegalArgumentException(group);
                });
            }
        }
        crowd.run(Double.parseDouble(arguments[2]));
    }
}
