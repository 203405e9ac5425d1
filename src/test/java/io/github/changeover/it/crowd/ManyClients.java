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
import java.util.List;

/**
 * A separate process with thousands of clients on one thread, distributed over the loopback addresses: every second client uses WebSocket, the
 * others use {@code example/1}; or all use a given protocol, whose server sends a given last message. The process prints "held" when all
 * have switched, and "ended" when all have ended.
 */
public final class ManyClients {
    private static final int AT_ONCE = 128;
    private final InetSocketAddress server;
    private final String path;
    private final int share;
    private final String token, goodbye;
    private final boolean mixed;
    private final Selector selector = Selector.open();
    private final ByteBuffer bytes = ByteBuffer.allocate(4096);
    private int opening, held, ended;
    private final int[] polite = new int[2];
    private final List<String> wrong = new ArrayList<>();

    private ManyClients(InetSocketAddress server, String path, int share, String token, String goodbye, boolean mixed) throws IOException {
        this.server = server;
        this.path = path;
        this.share = share;
        this.token = token;
        this.goodbye = goodbye;
        this.mixed = mixed;
    }

    /** Arguments: the port of the server, the path, the number of clients, the number of clients per address; optionally a token and its last message. */
    public static void main(String[] arguments) throws IOException {
        boolean named = arguments.length > 4;
        ManyClients crowd = new ManyClients(new InetSocketAddress("127.0.0.1", Integer.parseInt(arguments[0])), arguments[1], Integer.parseInt(arguments[3]),
                named ? arguments[4] : "example/1", named ? arguments[5] : "BYE", !named);
        crowd.openClients(Integer.parseInt(arguments[2]));
    }

    static String address(int client, int share) {
        int number = 2 + client / share;
        return "127.0." + number / 250 + "." + (1 + number % 250);
    }

    private final class ClientState {
        private final boolean webSocket;
        private final StringBuilder heard = new StringBuilder();
        private boolean switched;

        ClientState(boolean webSocket) {
            this.webSocket = webSocket;
        }

        /** The bytes after the head of the 101. */
        String received() {
            return heard.substring(heard.indexOf("\r\n\r\n") + 4);
        }

        boolean closesInOrder() {
            return webSocket ? received().startsWith("\u0088") && received().startsWith("\u0003\u00e9", 2) : received().strip().equals(goodbye);
        }
    }

    private void openClients(int count) throws IOException {
        int next = 0;
        long told = 0;
        while (ended < count) {
            while (next < count && opening < AT_ONCE) open(next++);
            if (held + ended == count && told == 0) {
                told = System.nanoTime();
                System.out.println("held " + held + " wrong " + wrong.size() + " " + wrong.stream().limit(3).toList());
            }
            if (selector.select(60_000) == 0) throw new IOException("nothing for a minute: opening " + opening + ", held " + held + ", ended " + ended);
            for (SelectionKey key : selector.selectedKeys()) ready(key);
            selector.selectedKeys().clear();
        }
        System.out.println("ended websocket " + polite[0] + " " + token + " " + polite[1] + " wrong " + wrong.size() + " " + wrong.stream().limit(3).toList());
    }

    private void open(int client) throws IOException {
        SocketChannel channel = SocketChannel.open();
        channel.configureBlocking(false);
        channel.bind(new InetSocketAddress(address(client, share), 0));
        channel.register(selector, SelectionKey.OP_CONNECT, new ClientState(mixed && client % 2 == 0));
        channel.connect(server);
        opening++;
    }

    private void ready(SelectionKey key) throws IOException {
        ClientState client = (ClientState) key.attachment();
        SocketChannel channel = (SocketChannel) key.channel();
        try {
            if (key.isConnectable() && channel.finishConnect()) {
                key.interestOps(SelectionKey.OP_READ);
                channel.write(StandardCharsets.ISO_8859_1.encode(client.webSocket ? Frames.handshake(path)
                        : "GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: " + token + "\r\n\r\n"));
            } else if (key.isReadable()) {
                read(key, client, channel);
            }
        } catch (IOException failure) {
            close(key, client, failure.toString());
        }
    }

    private void read(SelectionKey key, ClientState client, SocketChannel channel) throws IOException {
        int count = channel.read(bytes.clear());
        if (count < 0) {
            close(key, client, client.heard.toString());
            return;
        }
        client.heard.append(StandardCharsets.ISO_8859_1.decode(bytes.flip()));
        if (!client.switched && client.heard.indexOf("\r\n\r\n") >= 0) {
            if (!client.heard.toString().startsWith("HTTP/1.1 101")) {
                close(key, client, client.heard.toString());
                return;
            }
            client.switched = true;
            held++;
            opening--;
        }
        if (client.switched && client.closesInOrder() && client.webSocket) {
            channel.write(ByteBuffer.wrap(Frames.close(1001, "")));
            channel.shutdownOutput();
        }
    }

    private void close(SelectionKey key, ClientState client, String how) throws IOException {
        key.channel().close();
        ended++;
        if (client.switched) held--;
        else opening--;
        if (client.switched && client.closesInOrder()) polite[client.webSocket ? 0 : 1]++;
        else wrong.add(how.replaceAll("\\s+", " "));
    }
}
