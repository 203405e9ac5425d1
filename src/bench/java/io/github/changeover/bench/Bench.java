package io.github.changeover.bench;

import io.github.changeover.bench.client.Kind;
import io.github.changeover.bench.client.Load;
import io.github.changeover.run.CallerWatch;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The main class of {@code ./mvnw -Pbench}. All servers run at the same time, and one of them is measured at a time. Arguments:
 * {@code short}, {@code long} or {@code smoke}, then optionally the names of the rows to measure, {@code LATENCY}, {@code HELD} and
 * {@code IDLE} among them; or {@code micro} and arguments for JMH; or {@code compare} and names of rows, for a comparison with the WAR of
 * another build ({@code -Dbench.earlier=CLONE}).
 */
public final class Bench {
    private static final String IDLE = "IDLE";
    private static final String HELD = "HELD";
    private static final String LATENCY = "LATENCY";
    private final Extent extent;
    private final List<String> wanted;
    private final Map<Peer, ServerProcess> servers = new EnumMap<>(Peer.class);

    private Bench(Extent extent, List<String> wanted) {
        this.extent = extent;
        this.wanted = wanted;
    }

    /** The arguments are described above. */
    public static void main(String[] arguments) throws IOException {
        CallerWatch.start();
        List<String> words = Arrays.stream(arguments).filter(word -> !word.isEmpty()).toList();
        List<String> rest = words.subList(1, words.size());
        if (words.get(0).equals("micro")) {
            Micro.run(rest);
            return;
        }
        if (words.get(0).equals("compare")) {
            Comparison.run(Extent.of("compare"), rest);
            System.exit(0);
        }
        new Bench(Extent.of(words.get(0)), rest).run();
        System.exit(0);
    }

    private void run() throws IOException {
        long start = System.nanoTime();
        Map<Row, Map<Peer, Measured>> rows = Map.of();
        List<IdleMemory> memory = new ArrayList<>();
        Map<Peer, Latency> latency = Map.of();
        Optional<Held> held = Optional.empty();
        try {
            rows = measure(Stream.of(Row.values()).filter(row -> wants(row.name())).toList());
            if (wants(LATENCY)) latency = Latency.of(this::server, extent);
            if (wants(HELD)) held = Optional.of(Held.of(server(Peer.CHANGEOVER), extent));
            if (wants(IDLE)) memory.addAll(idle());
        } finally {
            for (ServerProcess server : servers.values()) server.close();
        }
        Path record = Path.of(System.getProperty("changeover.basedir"), "docs", "performance.md");
        Report report = new Report(extent, Earlier.of(record), rows, latency, memory, held, (System.nanoTime() - start) / 1_000_000_000);
        System.out.println(report);
        // Only the report of a complete run is stored.
        if (wanted.isEmpty() && !extent.name().equals("smoke")) report.write(record);
    }

    private boolean wants(String name) {
        return wanted.isEmpty() || wanted.contains(name);
    }

    private ServerProcess server(Peer peer) throws IOException {
        ServerProcess server = servers.get(peer);
        if (server == null) servers.put(peer, server = ServerProcess.start(peer));
        return server;
    }

    /** Warms up all rows before the first one is measured, so that no row includes the compilation of the code of another one. */
    private Map<Row, Map<Peer, Measured>> measure(List<Row> rows) throws IOException {
        Map<Row, Map<Peer, Measured>> all = new EnumMap<>(Row.class);
        for (Row row : rows) {
            System.out.printf("warming up %d of %d: %s%n", all.size() + 1, rows.size(), row.title());
            all.put(row, new EnumMap<>(Peer.class));
            for (Peer peer : row.peers()) {
                all.get(row).put(peer, new Measured());
                Load.run(server(peer).address(), row.kind(), extent.settle(), extent.warm().multipliedBy(row.warmth()), server(peer)::cpu);
            }
        }
        for (int round = 0; round < extent.rounds(); round++) {
            System.out.printf("measuring, round %d of %d%n", round + 1, extent.rounds());
            for (Row row : rows) {
                Kind kind = row.kind();
                for (Peer peer : row.peers()) {
                    all.get(row).get(peer).add(Load.run(server(peer).address(), kind, extent.settle(), extent.measure(), server(peer)::cpu));
                }
            }
        }
        all.forEach((row, measured) -> measured.forEach((peer, what) -> System.out.printf("%-55s %-26s %8.2f us (%.2f to %.2f), %.0f/s%n",
                row.title(), peer.title(), what.micros(), what.least(), what.most(), what.rate())));
        return all;
    }

    /** Measures in new JVMs, because the other measurements leave objects in the heap. */
    private List<IdleMemory> idle() throws IOException {
        List<IdleMemory> memory = new ArrayList<>();
        for (Peer peer : Peer.RECORDED) {
            if (peer != Peer.HAND_WRITTEN) memory.add(idle(peer, true));
            if (peer == Peer.HAND_WRITTEN || peer == Peer.CHANGEOVER) memory.add(idle(peer, false));
        }
        return memory;
    }

    private IdleMemory idle(Peer peer, boolean webSocket) throws IOException {
        try (ServerProcess server = ServerProcess.start(peer)) {
            IdleMemory memory = IdleMemory.of(server, webSocket, extent.idlers());
            System.out.printf("idle, %s: %s, %.1f KB%n", webSocket ? "WebSocket" : "raw", peer.title(), memory.bytes() / 1000);
            return memory;
        }
    }
}
