package io.github.changeover.servlet;

import jakarta.servlet.ServletContext;
import jakarta.servlet.http.HttpSessionEvent;
import jakarta.servlet.http.HttpSessionIdListener;
import jakarta.servlet.http.HttpSessionListener;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Ends the connections of a user whose HTTP session ends, or who logs out of it: they are closed with 1008 (Jakarta WebSocket
 * section 7.2). Connections without an authenticated user stay. One for each application. Thread-safe. Internal.
 */
public final class SessionEnds implements HttpSessionListener, HttpSessionIdListener, Logouts {
    private static final String ATTRIBUTE = SessionEnds.class.getName();
    /** Longer than a handshake takes until its connection is open. */
    private static final long REMEMBERED = Duration.ofMinutes(2).toNanos();
    private static final int MOST_REMEMBERED = 100_000;

    private final Map<String, Set<Expected>> expected = new HashMap<>();        // by session; guarded by this, as all that follows
    private final Map<String, Long> ended = new LinkedHashMap<>();             // sessions, and when: of the last minutes, the oldest first
    private final Map<String, String> renamed = new LinkedHashMap<>();         // sessions of the last minutes that got another id
    private volatile int sessions;                                             // that somebody waits for
    private volatile long lastNegotiated;                                      // nanoseconds; 0 before the first

    /** A connection that ends with its session. */
    public static final class Expected {
        private final Runnable end;
        private String session;

        private Expected(String session, Runnable end) {
            this.session = session;
            this.end = end;
        }
    }

    SessionEnds() {
    }

    /**
     * The application's. The first call registers it for events of sessions.
     *
     * @throws IllegalStateException         at the first call, when the application has started
     * @throws UnsupportedOperationException at the first call, where the container takes no listener from the caller
     */
    public static SessionEnds register(ServletContext context) {
        synchronized (context) {
            if (context.getAttribute(ATTRIBUTE) instanceof SessionEnds before) return before;
            SessionEnds made = new SessionEnds();
            context.addListener(made);
            context.setAttribute(ATTRIBUTE, made);
            return made;
        }
    }

    /** The application's, which has been registered. */
    public static SessionEnds of(ServletContext context) {
        return (SessionEnds) context.getAttribute(ATTRIBUTE);
    }

    /**
     * Runs {@code end} when the session ends, unless it is forgotten before; at once when it has ended since the handshake.
     *
     * @param negotiated when the user was known, in nanoseconds
     */
    public Expected expect(String session, long negotiated, Runnable end) {
        Expected one = new Expected(session, end);
        boolean over;
        synchronized (this) {
            for (String next = renamed.get(one.session); next != null; next = renamed.get(one.session)) one.session = next;
            Long since = ended.get(one.session);
            over = since != null && since - negotiated >= 0;
            if (!over) add(one);
        }
        if (over) end.run();
        return one;
    }

    private void add(Expected one) {
        expected.computeIfAbsent(one.session, none -> new HashSet<>()).add(one);
        sessions = expected.size();
    }

    /** The connection has ended by itself. */
    public synchronized void forget(Expected one) {
        Set<Expected> all = expected.get(one.session);
        if (all == null || !all.remove(one)) return;
        if (all.isEmpty()) expected.remove(one.session);
        sessions = expected.size();
    }

    @Override
    public void sessionDestroyed(HttpSessionEvent event) {
        loggedOut(event.getSession().getId());
    }

    /** A handshake of a known user is under way: from now on logouts are remembered until its connection may have opened. Returns the time. */
    public long negotiating() {
        long now = System.nanoTime() | 1;
        lastNegotiated = now;
        return now;
    }

    private boolean negotiatedLately() {
        long last = lastNegotiated;
        return last != 0 && System.nanoTime() - last < REMEMBERED;
    }

    @Override
    public boolean areAwaited() {
        return sessions > 0 || negotiatedLately();
    }

    @Override
    public boolean awaits(String session) {
        if (negotiatedLately()) return true;
        synchronized (this) {
            return expected.containsKey(session);
        }
    }

    @Override
    public void loggedOut(String session) {
        List<Expected> all;
        synchronized (this) {
            Set<Expected> found = expected.remove(session);
            sessions = expected.size();
            remember(ended, session, System.nanoTime());
            all = found == null ? List.of() : List.copyOf(found);
        }
        all.forEach(one -> one.end.run());
    }

    @Override
    public synchronized void sessionIdChanged(HttpSessionEvent event, String before) {
        String id = event.getSession().getId();
        if (id.equals(before)) return;
        renamed.remove(id);
        remember(renamed, before, id);
        Set<Expected> all = expected.remove(before);
        if (all == null) return;
        all.forEach(one -> {
            one.session = id;
            add(one);
        });
    }

    private <T> void remember(Map<String, T> map, String session, T what) {
        map.remove(session);
        map.put(session, what);
        long now = System.nanoTime();
        for (Iterator<Long> oldest = ended.values().iterator(); oldest.hasNext() && now - oldest.next() > REMEMBERED; ) oldest.remove();
        if (map.size() > MOST_REMEMBERED) map.remove(map.keySet().iterator().next());
    }
}
