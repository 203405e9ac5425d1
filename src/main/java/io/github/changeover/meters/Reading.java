package io.github.changeover.meters;

import io.github.changeover.observe.Counts;
import java.util.function.Supplier;

/** The counters, read once for all meters of a scrape, because one reading visits every connection. Thread-safe. */
final class Reading {
    private static final long FRESH_NANOS = 200_000_000;
    private final Supplier<Counts> source;
    private Counts last;
    private long when;

    Reading(Supplier<Counts> source) {
        this.source = source;
    }

    /** Discards the last reading, so that the next one is new. */
    synchronized void forget() {
        last = null;
    }

    synchronized Counts counts() {
        long now = System.nanoTime();
        if (last == null || now - when > FRESH_NANOS) {
            last = source.get();
            when = now;
        }
        return last;
    }
}
