package io.github.changeover.management.export;

import io.github.changeover.management.MetricsSnapshot;
import java.util.function.Supplier;

/** The counters, read once for all meters of a scrape, because one reading visits every connection. Thread-safe. */
final class CachedMetrics {
    private static final long FRESH_NANOS = 200_000_000;
    private final Supplier<MetricsSnapshot> source;
    private MetricsSnapshot last;
    private long when;

    CachedMetrics(Supplier<MetricsSnapshot> source) {
        this.source = source;
    }

    /** Discards the last reading, so that the next one is new. */
    synchronized void invalidate() {
        last = null;
    }

    synchronized MetricsSnapshot counts() {
        long now = System.nanoTime();
        if (last == null || now - when > FRESH_NANOS) {
            last = source.get();
            when = now;
        }
        return last;
    }
}
