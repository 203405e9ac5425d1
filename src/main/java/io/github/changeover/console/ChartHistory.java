package io.github.changeover.console;

import io.github.changeover.management.MetricsSnapshot;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/** The data of the charts: the counters every two seconds, for the last ten minutes. Thread-safe. */
final class ChartHistory {
    static final long EVERY_MILLIS = 2000;
    private static final int KEPT = 300;
    private final ArrayDeque<Sample> kept = new ArrayDeque<>(KEPT);

    /** The counters at one time. Bytes and decisions are totals since the start. */
    record Sample(long millis, long connections, long bytesIn, long bytesOut, long decisions) {
        static Sample of(long millis, MetricsSnapshot counts) {
            return new Sample(millis, counts.connections(), counts.bytesIn(), counts.bytesOut(),
                    counts.decisions().values().stream().flatMap(grounds -> grounds.values().stream()).mapToLong(Long::longValue).sum());
        }

        List<Long> numbers() {
            return List.of(millis, connections, bytesIn, bytesOut, decisions);
        }
    }

    synchronized void add(Sample sample) {
        if (kept.size() == KEPT) kept.removeFirst();
        kept.addLast(sample);
    }

    /** Returns the samples after this time, the oldest first. */
    synchronized List<List<Long>> after(long millis) {
        List<List<Long>> found = new ArrayList<>();
        for (Sample sample : kept) {
            if (sample.millis > millis) found.add(sample.numbers());
        }
        return found;
    }
}
