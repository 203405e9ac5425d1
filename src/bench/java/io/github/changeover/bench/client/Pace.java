package io.github.changeover.bench.client;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * Sends small messages at a fixed rate, on all connections alternately, from one thread, independently of the server (an open loop). A
 * delayed message also delays the messages after it. The delay of each message is measured from its due time.
 */
public final class Pace implements AutoCloseable {
    private static final int SIZE = 32;
    private static final long NAP = 20_000;
    private final Selector selector;
    private final ByteBuffer scratch = ByteBuffer.allocate(64 * 1024);
    private final List<PacedTalk> talks = new ArrayList<>();
    private long[] delays = new long[1 << 16];
    private int count;
    private boolean counts;
    private IOException failure;

    private Pace(InetSocketAddress server, int connections) throws IOException {
        selector = Selector.open();
        Payloads payloads = Payloads.frames(true, SIZE, 1);
        for (int i = 0; i < connections; i++) {
            SocketChannel channel = Talk.connect(server);
            Opening.perform(channel, Opening.webSocket());
            channel.configureBlocking(false);
            PacedTalk talk = new PacedTalk(payloads, this::delay);
            talks.add(talk);
            talk.begin(channel.register(selector, SelectionKey.OP_READ, talk), channel);
        }
    }

    /** Measures as below while the clients of this kind run, too. */
    public static long[] beside(Kind kind, InetSocketAddress server, int connections, int perSecond, Duration before, Duration time) throws IOException {
        try (BackgroundLoad ignored = BackgroundLoad.start(server, kind)) {
            return run(server, connections, perSecond, before, time);
        }
    }

    /**
     * Returns the delays of all messages that were due within {@code time}, in nanoseconds, in ascending order. The time {@code before} is
     * not counted.
     */
    public static long[] run(InetSocketAddress server, int connections, int perSecond, Duration before, Duration time) throws IOException {
        try (Pace pace = new Pace(server, connections)) {
            pace.go(before, perSecond);
            pace.counts = true;
            pace.go(time, perSecond);
            long[] delays = Arrays.copyOf(pace.delays, pace.count);
            Arrays.sort(delays);
            return delays;
        }
    }

    /** Sends the messages of this time and waits until all echoes have arrived. Fails if they have not arrived 10 seconds later. */
    private void go(Duration time, int perSecond) throws IOException {
        long start = System.nanoTime();
        long messages = time.toNanos() * perSecond / 1_000_000_000;
        long latest = start + time.toNanos() + Duration.ofSeconds(10).toNanos();
        for (long sent = 0; sent < messages || talks.stream().anyMatch(talk -> talk.awaited() > 0); ) {
            long now = System.nanoTime();
            for (long due; sent < messages && (due = start + sent * 1_000_000_000 / perSecond) <= now; sent++) {
                talks.get((int) (sent % talks.size())).send(due);
            }
            if (selector.selectNow(this::ready) == 0) LockSupport.parkNanos(NAP);
            if (failure != null) throw failure;
            if (now > latest) throw new IOException("messages have not come back");
        }
    }

    private void ready(SelectionKey key) {
        try {
            ((Talk) key.attachment()).ready(scratch);
        } catch (IOException wrong) {
            failure = wrong;
        }
    }

    private void delay(long nanos) {
        if (!counts) return;
        if (count == delays.length) delays = Arrays.copyOf(delays, 2 * count);
        delays[count++] = nanos;
    }

    @Override
    public void close() throws IOException {
        for (SelectionKey key : selector.keys()) key.channel().close();
        selector.close();
    }
}
