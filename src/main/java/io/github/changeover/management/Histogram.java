package io.github.changeover.management;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/** Counts durations in buckets. Thread-safe. */
final class Histogram {
    private final double[] bounds;
    private final LongAdder[] buckets;
    private final LongAdder nanos = new LongAdder();

    Histogram(double... bounds) {
        this.bounds = bounds;
        buckets = new LongAdder[bounds.length + 1];
        for (int i = 0; i < buckets.length; i++) buckets[i] = new LongAdder();
    }

    void add(Duration time) {
        long took = time.toNanos();
        double seconds = took / 1e9;
        int bucket = 0;
        while (bucket < bounds.length && seconds > bounds[bucket]) bucket++;
        buckets[bucket].increment();
        nanos.add(took);
    }

    DurationBuckets read() {
        Long[] within = new Long[buckets.length];
        long sum = 0;
        for (int i = 0; i < buckets.length; i++) {
            sum += buckets[i].sum();
            within[i] = sum;
        }
        return new DurationBuckets(Arrays.stream(bounds).boxed().toList(), List.of(within), nanos.sum() / 1e9);
    }
}
