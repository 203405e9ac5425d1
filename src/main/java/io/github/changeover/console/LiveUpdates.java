package io.github.changeover.console;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;

/** The WebSockets of open pages. Each of them gets the changes once a second. Nothing runs while no page is open. */
final class LiveUpdates {
    static final String PATH = "/console/live";
    static final int MOST = 32;
    private static final long EVERY_MILLIS = 1000;
    private final ConsoleTimer clock;
    private final Set<Line> open = ConcurrentHashMap.newKeySet();
    private Future<?> beat;     // null while no page is open

    /** The WebSocket of one page. */
    interface Line {
        void show();
    }

    LiveUpdates(ConsoleTimer clock) {
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

    /** Returns whether the limit is reached. Pages that open at the same moment may exceed {@link #MOST} by a few. */
    boolean areFull() {
        return open.size() >= MOST;
    }

    /** Returns whether the updates are running. */
    synchronized boolean beats() {
        return beat != null;
    }
}
