package io.github.changeover.console;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;

/** The WebSockets of open pages. Each of them gets the changes once a second. Nothing runs while no page is open. */
final class LiveUpdates {
    static final String PATH = "/console/live";
    static final int MAX_PAGES = 32;
    private static final long EVERY_MILLIS = 1000;
    private final ConsoleTimer timer;
    private final Set<Page> open = ConcurrentHashMap.newKeySet();
    private Future<?> pendingUpdate;     // null while no page is open

    /** The WebSocket of one page. */
    interface Page {
        void sendChanges();
    }

    LiveUpdates(ConsoleTimer timer) {
        this.timer = timer;
    }

    synchronized void opened(Page page) {
        open.add(page);
        if (pendingUpdate == null) pendingUpdate = timer.runEvery(EVERY_MILLIS, () -> open.forEach(Page::sendChanges));
    }

    synchronized void closed(Page line) {
        open.remove(line);
        if (pendingUpdate == null || !open.isEmpty()) return;
        pendingUpdate.cancel(false);
        pendingUpdate = null;
    }

    /**
     * Returns whether the limit is reached. Pages that open at the same moment may exceed {@link #MAX_PAGES} by a few.
     */
    boolean areFull() {
        return open.size() >= MAX_PAGES;
    }

    /** Returns whether the updates are running. */
    synchronized boolean isRunning() {
        return pendingUpdate != null;
    }
}
