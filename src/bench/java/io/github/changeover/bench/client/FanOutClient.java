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
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/**
 * One publisher, members that read on one thread, and stalled members that never read. Each message contains its number. A message may be lost, but
 * it must not arrive changed, twice, or in one topic after a later one.
 */
public final class FanOutClient implements AutoCloseable {
    private static final int SMALL_RECEIVE_BUFFER = 4096, SCRATCH = 256 * 1024, DIGITS = 8, SEED = 6455, MASKED = 0x80, LONG = 126;
    private static final long NAP = 20_000, SECOND = 1_000_000_000;
    private static int runs;
    private final String run = "run" + ++runs;
    private final String path;
    private final int topics;
    private final byte[] payload;
    private final int[] readers;        // of each topic
    private final Selector selector = Selector.open();
    private final ByteBuffer scratch = ByteBuffer.allocate(SCRATCH);
    private final List<SocketChannel> stalled = new ArrayList<>();
    private final FanOutTalk publisher;
    private long[] due = new long[1 << 12];     // of each message
    private int[] missing = new int[1 << 12];   // readers of each message that have not received it
    private int published;
    private int first;                  // number of the first message that counts
    private int inFlight;
    private long delivered;
    private long lastArrival;
    private long[] delays = new long[1 << 16];
    private int delayCount;
    private IOException failure;

    /**
     * Opens the publisher.
     *
     * @param size bytes of a message, from 126 to 65,535
     */
    public FanOutClient(InetSocketAddress server, String path, int topics, int size) throws IOException {
        this.path = path;
        this.topics = topics;
        this.payload = payload(size);
        this.readers = new int[topics];
        SocketChannel channel = Talk.connect(server);
        open(channel, "start " + run + " " + topics);
        publisher = register(channel);
    }

    /**
     * The result of some messages.
     *
     * @param published number of published messages
     * @param expected  number of messages that the members that read should have received
     * @param delivered number of messages that these members have received
     * @param took      from the first message to the last arrival
     * @param delays    nanoseconds from the due time to each arrival, in ascending order
     */
    public record Result(int published, long expected, long delivered, Duration took, Duration cpu, long[] delays) {
        public double lost() {
            return expected == 0 ? 0 : (expected - delivered) / (double) expected;
        }

        /** Returns the messages that were delivered as a stretch of other measurements. */
        public Load.Stretch stretch() {
            return new Load.Stretch(delivered, took, cpu);
        }
    }

    private static byte[] payload(int size) {
        if (size < LONG || size > 0xffff) throw new IllegalArgumentException("A message of a fan-out has 126 to 65,535 bytes, not " + size);
        byte[] payload = new byte[size];
        Random random = new Random(SEED);
        for (int i = 0; i < size; i++) payload[i] = (byte) (' ' + random.nextInt(64));
        return payload;
    }

    /** Opens members that never read, with a small receive buffer. */
    public void stall(InetSocketAddress server, int count) throws IOException {
        for (int i = 0; i < count; i++) {
            SocketChannel channel = Talk.connect(server, SMALL_RECEIVE_BUFFER);
            stalled.add(channel);
            open(channel, "join " + run + " 0 1 " + topics);
        }
    }

    /** Opens members that read. The topics are distributed over them: each member has a topic, and each topic has a member. */
    public void read(InetSocketAddress server, int count) throws IOException {
        for (int i = 0; i < count; i++) {
            SocketChannel channel = Talk.connect(server);
            int from = i % topics;
            int step = Math.min(count, topics);
            open(channel, "join " + run + " " + from + " " + step + " " + topics);
            for (int topic = from; topic < topics; topic += step) readers[topic]++;
            register(channel);
        }
    }

    private void open(SocketChannel channel, String greeting) throws IOException {
        Opening.perform(channel, Opening.webSocket(path, ""));
        Opening.exchange(channel, greeting);
    }

    private FanOutTalk register(SocketChannel channel) throws IOException {
        channel.configureBlocking(false);
        FanOutTalk talk = new FanOutTalk(this, payload.length);
        talk.begin(channel.register(selector, SelectionKey.OP_READ, talk), channel);
        return talk;
    }

    /** Publishes messages until all topics reach their members, for a limited time: other nodes join asynchronously. */
    public void awaitTopics(Duration most) throws IOException {
        long end = System.nanoTime() + most.toNanos();
        while (System.nanoTime() < end) {
            if (publish(topics, most, 0, topics, Duration.ofMillis(200), () -> Duration.ZERO).lost() == 0) return;
        }
        throw new IOException("some topics do not reach their members");
    }

    /**
     * Publishes messages, and waits until they have arrived or no more arrive.
     *
     * @param most      largest number of messages
     * @param time      after which no more are published
     * @param perSecond their rate; 0 for as fast as possible
     * @param window    largest number of messages that have not reached all members
     * @param patience  time without an arrival after which messages are lost
     */
    public Result publish(int most, Duration time, double perSecond, int window, Duration patience, Supplier<Duration> cpu) throws IOException {
        Duration used = cpu.get();
        long start = System.nanoTime();
        lastArrival = start;
        first = published;
        delivered = 0;
        delayCount = 0;
        inFlight = 0;
        long expected = 0;
        for (boolean all = false; !all || delivered < expected; ) {
            long now = System.nanoTime();
            while (!(all = published - first == most || now - start >= time.toNanos()) && inFlight < window) {
                long when = perSecond == 0 ? now : start + (long) ((published - first) * SECOND / perSecond);
                if (when > now) break;
                expected += readers[published % topics];
                send(when);
                now = System.nanoTime();
            }
            if (selector.selectNow(this::ready) == 0) LockSupport.parkNanos(NAP);
            if (failure != null) throw failure;
            boolean waits = delivered < expected && System.nanoTime() - Math.max(lastArrival, due[published - 1]) > patience.toNanos();
            if (waits && (all || inFlight >= window)) {
                if (all) break;
                inFlight = 0;
                Arrays.fill(missing, first, published, 0);       // they are lost; see arrived
            }
        }
        long[] sorted = Arrays.copyOf(delays, delayCount);
        Arrays.sort(sorted);
        return new Result(published - first, expected, delivered, Duration.ofNanos(lastArrival - start), cpu.get().minus(used), sorted);
    }

    private void send(long when) throws IOException {
        if (published == due.length) {
            due = Arrays.copyOf(due, 2 * published);
            missing = Arrays.copyOf(missing, 2 * published);
        }
        due[published] = when;
        missing[published] = readers[published % topics];
        if (missing[published] > 0) inFlight++;
        number(published++);
        ByteBuffer frame = ByteBuffer.allocate(8 + payload.length).put((byte) 0x81).put((byte) (MASKED | LONG)).putShort((short) payload.length).putInt(0).put(payload).flip();
        publisher.send(frame);
    }

    private void number(int number) {
        for (int i = DIGITS - 1, rest = number; i >= 0; i--, rest /= 10) payload[i] = (byte) ('0' + rest % 10);
    }

    private void ready(SelectionKey key) {
        try {
            ((FanOutTalk) key.attachment()).ready(scratch);
        } catch (IOException wrong) {
            failure = wrong;
        }
    }

    /** Called for each message that a member has received. */
    void arrived(FanOutTalk talk, byte[] frame, int from, int to, long now) throws IOException {
        if (to - from != payload.length || !Arrays.equals(frame, from + DIGITS, to, payload, DIGITS, payload.length)) throw new IOException("a message arrived changed");
        int number = 0;
        for (int i = from; i < from + DIGITS; i++) number = number * 10 + frame[i] - '0';
        if (number < 0 || number >= published) throw new IOException("a message with the wrong number " + number);
        int before = talk.replaceLast(number);
        if (before >= number && (before - number) % topics == 0) throw new IOException("message " + number + " arrived after " + before);
        if (number < first) return;         // it was late
        lastArrival = now;
        delivered++;
        if (missing[number] > 0 && --missing[number] == 0) inFlight--;
        if (delayCount == delays.length) delays = Arrays.copyOf(delays, 2 * delayCount);
        delays[delayCount++] = now - due[number];
    }

    /** Returns the number of stalled members whose connections are still open. Reads what has arrived there, so they are no longer stalled. */
    public int stalledAlive() throws IOException {
        List<SocketChannel> alive = new ArrayList<>(stalled);
        for (int attempt = 0; attempt < 10; attempt++) {
            alive.removeIf(this::hasEnded);
            LockSupport.parkNanos(SECOND / 50);
        }
        return alive.size();
    }

    private boolean hasEnded(SocketChannel channel) {
        try {
            channel.configureBlocking(false);
            int count = 1;
            for (int reads = 0; count > 0 && reads < 1_000; reads++) count = channel.read(scratch.clear());
            return count < 0;
        } catch (IOException reset) {
            return true;
        }
    }

    @Override
    public void close() throws IOException {
        for (SelectionKey key : selector.keys()) key.channel().close();
        for (SocketChannel channel : stalled) channel.close();
        selector.close();
    }
}
