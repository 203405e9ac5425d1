package io.github.changeover.bench.client;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** Runs all clients of one measurement on one thread for a given time. */
public final class Load implements AutoCloseable {
    private static final Duration SLICE = Duration.ofMillis(1);
    private static final int PATIENCE = 10_000;
    private static final int SCRATCH = 256 * 1024;
    private final InetSocketAddress server;
    private final Kind kind;
    private final Selector selector;
    private final ByteBuffer scratch = ByteBuffer.allocate(SCRATCH);
    private final List<Talk> running = new ArrayList<>();
    private final List<SelectionKey> over = new ArrayList<>();
    private long gone;          // messages of the clients that have ended
    private IOException failure;

    private Load(InetSocketAddress server, Kind kind) throws IOException {
        this.server = server;
        this.kind = kind;
        this.selector = Selector.open();
    }

    /** The result of a measurement. */
    public record Stretch(long messages, Duration took, Duration cpu) {
    }

    /**
     * Connects all clients and runs them, first for the time {@code before}, which is not counted, and then for the
     * time that is counted.
     */
    public static Stretch run(InetSocketAddress server, Kind kind, Duration before, Duration time, Supplier<Duration> cpu) throws IOException {
        try (Load load = connected(server, kind)) {
            load.go(before);
            long done = load.done();
            long start = System.nanoTime();
            Duration used = cpu.get();
            load.go(time);
            for (int more = 0; load.done() == done && more < PATIENCE; more++) load.go(SLICE);      // a short measurement of a cold server
            if (load.done() == done) throw new IOException("no answer");
            return new Stretch(load.done() - done, Duration.ofNanos(System.nanoTime() - start), cpu.get().minus(used));
        }
    }

    /** Runs all clients until they have received this many responses. Connecting is counted, too. */
    public static Stretch first(InetSocketAddress server, Kind kind, int messages, Supplier<Duration> cpu) throws IOException {
        long start = System.nanoTime();
        Duration used = cpu.get();
        try (Load load = connected(server, kind)) {
            while (load.done() < messages) load.go(SLICE);
            return new Stretch(load.done(), Duration.ofNanos(System.nanoTime() - start), cpu.get().minus(used));
        }
    }

    static Load connected(InetSocketAddress server, Kind kind) throws IOException {
        Load load = new Load(server, kind);
        try {
            for (int i = 0; i < kind.connections(); i++) load.connect();
            return load;
        } catch (IOException failed) {
            load.close();
            throw failed;
        }
    }

    private void connect() throws IOException {
        SocketChannel channel = Talk.connect(server);
        kind.open(channel);
        channel.configureBlocking(false);
        Talk talk = kind.talk();
        running.add(talk);
        talk.begin(channel.register(selector, SelectionKey.OP_READ, talk), channel);
    }

    void go(Duration time) throws IOException {
        long end = System.nanoTime() + time.toNanos();
        long left;
        while ((left = end - System.nanoTime()) > 0) {
            selector.select(this::ready, left / 1_000_000 + 1);
            if (failure != null) throw failure;
            renew();
        }
    }

    private void ready(SelectionKey key) {
        Talk talk = (Talk) key.attachment();
        try {
            talk.ready(scratch);
            if (talk.isOver()) over.add(key);
        } catch (IOException wrong) {
            failure = wrong;
        }
    }

    private void renew() throws IOException {
        for (SelectionKey key : over) {
            Talk talk = (Talk) key.attachment();
            gone += talk.done();
            running.remove(talk);
            key.channel().close();
            connect();
        }
        over.clear();
    }

    private long done() {
        long done = gone;
        for (Talk talk : running) done += talk.done();
        return done;
    }

    /** Closes all connections. */
    @Override
    public void close() throws IOException {
        for (SelectionKey key : selector.keys()) key.channel().close();
        selector.close();
    }
}
