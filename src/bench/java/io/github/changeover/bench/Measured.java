package io.github.changeover.bench;

import io.github.changeover.bench.client.Load.Stretch;
import java.util.ArrayList;
import java.util.List;

/** The rounds of one peer in one row. */
final class Measured {
    private final List<Double> micros = new ArrayList<>();
    private final List<Double> rates = new ArrayList<>();

    void add(Stretch stretch) {
        micros.add(stretch.cpu().toNanos() / 1000.0 / stretch.messages());
        rates.add(stretch.messages() * 1e9 / stretch.took().toNanos());
    }

    /** Microseconds of CPU time for each message, the median. */
    double micros() {
        return median(micros);
    }

    /** How this compares: round by round, for the machine is not the same in each; the median. */
    double ratio(Measured other) {
        List<Double> ratios = new ArrayList<>();
        for (int round = 0; round < micros.size(); round++) ratios.add(micros.get(round) / other.micros.get(round));
        return median(ratios);
    }

    double least() {
        return micros.stream().mapToDouble(Double::doubleValue).min().orElseThrow();
    }

    double most() {
        return micros.stream().mapToDouble(Double::doubleValue).max().orElseThrow();
    }

    /** Messages in a second, the median. */
    double rate() {
        return median(rates);
    }

    private static double median(List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }
}
