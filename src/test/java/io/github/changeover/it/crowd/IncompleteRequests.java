package io.github.changeover.it.crowd;

import io.github.changeover.it.Frames;
import io.github.changeover.it.RawHttp;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Random;

/**
 * A separate process with thousands of clients on one thread. Each sends the beginning of a request with {@code Upgrade}, up to a byte that
 * depends on the seed, and stops. The process prints "held" when all have sent their part. When its input ends, it closes all connections
 * and prints "left".
 */
public final class IncompleteRequests {
    private static final int AT_ONCE = 128, SHARE = 1000, NOTHING_MILLIS = 60_000;
    private final InetSocketAddress server;
    private final String path;
    private final Random random;
    private final Selector selector = Selector.open();
    private final ByteBuffer bytes = ByteBuffer.allocate(4096);
    private volatile boolean leave;
    private int opening, held, failed, answered, closed;

    private IncompleteRequests(InetSocketAddress server, String path, Random random) throws IOException {
        this.server = server;
        this.path = path;
        this.random = random;
    }

    /** Arguments: the server's port, the path, the number of clients, the seed. */
    public static void main(String[] arguments) throws IOException {
        IncompleteRequests clients = new IncompleteRequests(new InetSocketAddress("127.0.0.1", Integer.parseInt(arguments[0])), arguments[1], new Random(Long.parseLong(arguments[3])));
        Thread input = new Thread(clients::awaitEndOfInput, "input");
        input.setDaemon(true);
        input.start();
        clients.run(Integer.parseInt(arguments[2]));
    }

    private void awaitEndOfInput() {
        try {
            while (System.in.read() >= 0) {
                // the input is ignored
            }
        } catch (IOException end) {
            // also an end
        }
        leave = true;
        selector.wakeup();
    }

    private void run(int count) throws IOException {
        int next = 0;
        boolean told = false;
        while (!leave) {
            while (next < count && opening < AT_ONCE) open(next++);
            if (!told && held + failed == count) {
                told = true;
                System.out.println("held " + held + " failed " + failed);
            }
            if (selector.select(NOTHING_MILLIS) == 0 && !told && !leave) {
                throw new IOException("nothing for a minute: opening " + opening + ", held " + held + ", failed " + failed);
            }
            for (SelectionKey key : selector.selectedKeys()) ready(key);
            selector.selectedKeys().clear();
        }
        for (SelectionKey key : selector.keys()) key.channel().close();
        System.out.println("left answered " + answered + " closed " + closed);
    }

    private void open(int client) throws IOException {
        SocketChannel channel = SocketChannel.open();
        channel.configureBlocking(false);
        channel.bind(new InetSocketAddress(ManyClients.address(client, SHARE), 0));
        channel.register(selector, SelectionKey.OP_CONNECT, client % 2 == 0 ? Frames.handshake(path) : RawHttp.upgrade(path, "example/1"));
        channel.connect(server);
        opening++;
    }

    private void ready(SelectionKey key) throws IOException {
        SocketChannel channel = (SocketChannel) key.channel();
        try {
            if (key.isConnectable() && channel.finishConnect()) {
                key.interestOps(SelectionKey.OP_READ);
                String head = (String) key.attachment();
                int least = head.indexOf("Upgrade: ") + 1;
                channel.write(StandardCharsets.ISO_8859_1.encode(head.substring(0, least + random.nextInt(head.length() - least))));
                opening--;
                held++;
            } else if (key.isReadable()) {
                int count = channel.read(bytes.clear());
                if (count > 0) {
                    answered++;
                } else {
                    closed++;
                    channel.close();
                }
            }
        } catch (IOException failure) {
            if (key.isValid() && (key.interestOps() & SelectionKey.OP_CONNECT) != 0) {
                opening--;
                failed++;
            } else {
                closed++;
            }
            channel.close();
        }
    }
}
