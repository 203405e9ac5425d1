package io.github.changeover.bench;

import io.github.changeover.bench.client.Kind;
import io.github.changeover.bench.client.Load;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * {@code compare}: measures this build and another one alternately, row by row. Prints every round, the median of the paired ratios and its 95 %
 * bootstrap interval.
 */
final class Comparison {
    private static final int RESAMPLES = 10_000;
    private static final long SEED = 11;

    private Comparison() {
    }

    static void run(Extent extent, List<String> wanted) throws IOException {
        List<Row> rows = Stream.of(Row.values()).filter(row -> wanted.isEmpty() || wanted.contains(row.name())).toList();
        Map<Row, List<double[]>> rounds = new EnumMap<>(Row.class);
        try (ServerProcess current = ServerProcess.start(Peer.CHANGEOVER, Jvm.DEFAULT); ServerProcess other = ServerProcess.start(Peer.EARLIER, Jvm.DEFAULT)) {
            for (Row row : rows) {
                System.out.printf("warming up %d of %d: %s%n", rounds.size() + 1, rows.size(), row.title());
                rounds.put(row, new ArrayList<>());
                for (ServerProcess server : List.of(current, other)) measure(server, row.kind(extent), extent.settle(), extent.warm().multipliedBy(row == Row.HANDSHAKE ? 3L * row.warmth() : row.warmth()));      // handshake code is compiled later
            }
            for (int round = 0; round < extent.rounds(); round++) {
                System.out.printf("measuring, round %d of %d%n", round + 1, extent.rounds());
                for (Row row : rows) rounds.get(row).add(pair(current, other, row.kind(extent), extent, round % 2 == 0));
            }
        }
        rounds.forEach(Comparison::print);
    }

    /**
     * Returns the CPU time of a message in microseconds, of this build and of the other one. The order of the two measurements changes
     * with each round.
     */
    private static double[] pair(ServerProcess current, ServerProcess other, Kind kind, Extent extent, boolean currentFirst) throws IOException {
        double first = measure(currentFirst ? current : other, kind, extent.settle(), extent.measure());
        double second = measure(currentFirst ? other : current, kind, extent.settle(), extent.measure());
        return currentFirst ? new double[] {first, second} : new double[] {second, first};
    }

    private static double measure(ServerProcess server, Kind kind, Duration settle, Duration time) throws IOException {
        Load.Stretch stretch = Load.run(server.address(), kind, settle, time, server::cpu);
        return stretch.cpu().toNanos() / 1000.0 / stretch.messages();
    }

    private static void print(Row row, List<double[]> rounds) {
        double[] ratios = rounds.stream().mapToDouble(pair -> pair[0] / pair[1]).toArray();
        double[] medians = new double[RESAMPLES];
        Random random = new Random(SEED);
        for (int i = 0; i < RESAMPLES; i++) medians[i] = median(random.ints(ratios.length, 0, ratios.length).mapToDouble(index -> ratios[index]).toArray());
        Arrays.sort(medians);
        System.out.printf(Locale.ROOT, "%s%n  ratio %.3f, 95 %% from %.3f to %.3f; microseconds, this/other: %s%n", row.title(), median(ratios),
                medians[(int) (RESAMPLES * 0.025)], medians[(int) (RESAMPLES * 0.975)],
                rounds.stream().map(pair -> String.format(Locale.ROOT, "%.2f/%.2f", pair[0], pair[1])).collect(Collectors.joining(" ")));
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
