package io.github.changeover.console;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;

/**
 * The WebSockets of pages that look. Once a second each gets what has changed; while nobody looks nothing runs.
 */
final class Lines {
    static final String PATH = "/console/live";
    static final int MOST = 32;
    private static final long EVERY_MILLIS = 1000;
    private final Clock clock;
    private final Set<Line> open = ConcurrentHashMap.newKeySet();
    private Future<?> beat;     // null while nobody looks

    /** A page's. */
    interface Line {
        void show();
    }

    Lines(Clock clock) {
        this.clock = clock;
    }

    synchronized void opened(Line line) {
        open.add(line);
        if (beat == null) beat = clock.each(EVERY_MILLIS, () -> open.forEach(Line::show));
    }

    synchronized void closed(Line line) {
        open.remove(line);
        if (beat == null || !open.isEmpty()) return;
        beat.cancel(false);
        beat = null;
    }

    /** Whether no other page may look. A few may come in beyond {@link #MOST} at the same moment. */
    boolean areFull() {
        return open.size() >= MOST;
    }

    /** Whether anything runs. */
    synchronized boolean beats() {
        return beat != null;
    }
}
