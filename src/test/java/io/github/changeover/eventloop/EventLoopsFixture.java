package io.github.changeover.eventloop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;

/** Event loops and connections on sockets of this machine, for tests. */
@Timeout(60)
abstract class EventLoopsFixture {
    final List<Thread> threads = new ArrayList<>();
    final ExecutorService elsewhere = Executors.newCachedThreadPool();
    private final List<SocketChannel> sockets = new ArrayList<>();
    EventLoops loops = withThreads(1, 100);

    EventLoops withThreads(int count, int max) {
        return withThreads(count, max, SelectorProvider.provider());
    }

    EventLoops withThreads(int count, int max, SelectorProvider selectors) {
        return new EventLoops(count, new ThreadPoolExecutor(0, max, 10, TimeUnit.SECONDS, new SynchronousQueue<>(), task -> {
            Thread thread = new Thread(task);
            synchronized (threads) {
                threads.add(thread);
            }
            return thread;
        }), selectors);
    }

    @AfterEach
    void close() throws IOException, InterruptedException {
        for (SocketChannel socket : sockets) socket.close();
        loops.close();
        elsewhere.shutdownNow();
        for (Thread thread : threads) {
            thread.join(5000);
            assertThat(thread.isAlive()).as(thread.getName()).isFalse();
        }
    }

    /** The server's end of a connection, which is on a loop, and the client's end, which blocks. */
    class Peer implements ChannelEvents {
        final SocketChannel server, client;
        final AtomicInteger calls = new AtomicInteger(), running = new AtomicInteger();
        final BlockingQueue<String> received = new LinkedBlockingQueue<>();
        volatile ChannelRegistration registration;
        volatile Runnable inCall = () -> { };
        volatile boolean reads = true;
        volatile boolean noThreadElsewhere;

        Peer() throws IOException {
            this(false);
        }

        Peer(boolean begins) throws IOException {
            try (ServerSocketChannel listener = ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
                client = SocketChannel.open(listener.getLocalAddress());
                server = listener.accept();
            }
            server.configureBlocking(false);
            sockets.addAll(List.of(server, client));
            registration = begins ? loops.registerToBegin(server, this) : loops.register(server, this);
        }

        @Override
        public void readable() {
            calls.incrementAndGet();
            running.incrementAndGet();
            try {
                inCall.run();
                if (reads) read();
            } finally {
                running.decrementAndGet();
            }
        }

        /** Reads until nothing is left, and then reports what was read: bytes that a test sends afterwards are not read by the same call. */
        void read() {
            ByteBuffer bytes = ByteBuffer.allocate(100);
            List<String> read = new ArrayList<>();
            try {
                while (true) {
                    registration.readStarted();
                    int count = server.read(bytes.clear());
                    if (count < 0) registration.ignoreReadable();
                    if (count < 0) read.add("end");
                    if (count == 0) registration.awaitReadable();
                    if (count <= 0) break;
                    read.add(new String(bytes.array(), 0, count));
                }
            } catch (IOException failure) {
                read.add(failure.toString());
            }
            received.addAll(read);
        }

        @Override
        public void writable() {
            received.add("writable");
        }

        @Override
        public void executeElsewhere(Runnable task) {
            if (noThreadElsewhere) throw new OutOfMemoryError("expected by the test: no thread");
            elsewhere.execute(task);
        }

        @Override
        public void failed(Throwable failure) {
            received.add("failed");
        }

        Peer send(String text) throws IOException {
            client.write(ByteBuffer.wrap(text.getBytes()));
            return this;
        }

        String next() throws InterruptedException {
            return received.poll(10, TimeUnit.SECONDS);
        }
    }

    static void sleep(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    static void await(BooleanSupplier condition) throws InterruptedException {
        for (long until = System.nanoTime() + 10_000_000_000L; !condition.getAsBoolean() && System.nanoTime() < until; ) Thread.sleep(5);
        assertThat(condition.getAsBoolean()).isTrue();
    }
}
