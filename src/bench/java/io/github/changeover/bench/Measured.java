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

    /** Returns the median CPU time of a message in microseconds. */
    double micros() {
        return median(micros);
    }

    /**
     * Returns the median of the ratios of CPU time. Each ratio compares the same round of both, because the speed of
     * the machine changes between rounds.
     */
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

    /** Returns the median number of messages per second. */
    double rate() {
        return median(rates);
    }

    static double median(List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }
}
