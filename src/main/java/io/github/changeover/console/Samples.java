package io.github.changeover.console;

import io.github.changeover.observe.Counts;
import io.github.changeover.observe.Observatory;
import jakarta.servlet.ServletContext;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** What the charts show: the counters every two seconds, for ten minutes back. One thread, while the console is on. */
final class Samples implements AutoCloseable {
    static final long EVERY_MILLIS = 2000;
    private static final int KEPT = 300;
    private final ServletContext context;
    private final ArrayDeque<Sample> kept = new ArrayDeque<>(KEPT);
    private final ScheduledExecutorService clock;
    private volatile Thread thread;

    /** The counters at a time; octets and decisions count up. */
    record Sample(long millis, long connections, long octetsIn, long octetsOut, long decisions) {
        static Sample of(long millis, Counts counts) {
            return new Sample(millis, counts.connections(), counts.octetsIn(), counts.octetsOut(),
                    counts.decisions().values().stream().flatMap(grounds -> grounds.values().stream()).mapToLong(Long::longValue).sum());
        }

        List<Long> numbers() {
            return List.of(millis, connections, octetsIn, octetsOut, decisions);
        }
    }

    Samples(ServletContext context) {
        this.context = context;
        clock = Executors.newSingleThreadScheduledExecutor(task -> {
            thread = new Thread(task, "changeover-console");
            thread.setDaemon(true);
            thread.setContextClassLoader(context.getClassLoader());
            return thread;
        });
    }

    void begin() {
        clock.scheduleAtFixedRate(() -> Observatory.of(context).ifPresent(seen -> add(Sample.of(System.currentTimeMillis(), seen.counts()))),
                0, EVERY_MILLIS, TimeUnit.MILLISECONDS);
    }

    synchronized void add(Sample sample) {
        if (kept.size() == KEPT) kept.removeFirst();
        kept.addLast(sample);
    }

    /** Those after this time, the oldest first. */
    synchronized List<List<Long>> after(long millis) {
        List<List<Long>> found = new ArrayList<>();
        for (Sample sample : kept) {
            if (sample.millis > millis) found.add(sample.numbers());
        }
        return found;
    }

    @Override
    public void close() {
        clock.shutdownNow();
        Thread last = thread;
        if (last == null) return;
        try {
            last.join(1000);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
