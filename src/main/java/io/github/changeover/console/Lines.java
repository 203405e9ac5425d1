package io.github.changeover.console;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.LongAdder;

/**
 * The WebSockets of pages that look. Once a second each gets what has changed; while nobody looks nothing runs. Counts what goes
 * over them, so that a page does not show the octets that showing costs.
 */
final class Lines {
    static final String PATH = "/console/live";
    private static final long EVERY_MILLIS = 1000;
    private final Clock clock;
    private final Set<Line> open = ConcurrentHashMap.newKeySet();
    private final LongAdder opened = new LongAdder();
    private final LongAdder octetsIn = new LongAdder();
    private final LongAdder octetsOut = new LongAdder();
    private Future<?> beat;     // null while nobody looks

    /** What is no connection of the application's. */
    record Own(long live, long opened, long octetsIn, long octetsOut) {
        static final Own NONE = new Own(0, 0, 0, 0);
    }

    /** A page's. */
    interface Line {
        void show();
    }

    Lines(Clock clock) {
        this.clock = clock;
    }

    synchronized void opened(Line line) {
        opened.increment();
        open.add(line);
        if (beat == null) beat = clock.each(EVERY_MILLIS, () -> open.forEach(Line::show));
    }

    synchronized void closed(Line line) {
        open.remove(line);
        if (beat == null || !open.isEmpty()) return;
        beat.cancel(false);
        beat = null;
    }

    void received(int octets) {
        octetsIn.add(octets);
    }

    void sent(int octets) {
        octetsOut.add(octets);
    }

    Own own() {
        return new Own(open.size(), opened.sum(), octetsIn.sum(), octetsOut.sum());
    }

    /** Whether anything runs. */
    synchronized boolean beats() {
        return beat != null;
    }
}
