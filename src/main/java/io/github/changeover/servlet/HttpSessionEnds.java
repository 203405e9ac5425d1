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
 * Closes the connections of a user with the close code 1008 when the HTTP session ends or the user logs out (Jakarta WebSocket section 7.2).
 * Connections without an authenticated user stay open. One instance for each application. Thread-safe. Internal.
 */
public final class HttpSessionEnds implements HttpSessionListener, HttpSessionIdListener, LogoutListener {
    private static final String ATTRIBUTE = HttpSessionEnds.class.getName();
    /** Longer than the time from a handshake to its open connection. */
    private static final long MAX_AGE = Duration.ofMinutes(2).toNanos();
    private static final int MAX_ENDED = 100_000;

    private final Map<String, Set<SessionEndTask>> expected = new HashMap<>();        // by session; guarded by this, like all fields below
    private final Map<String, Long> ended = new LinkedHashMap<>();             // sessions of the last minutes and their end, the oldest first
    private final Map<String, String> renamed = new LinkedHashMap<>();         // old and new ids of sessions of the last minutes
    private volatile int sessions;                                             // number of sessions in expected
    private volatile long lastNegotiated;                                      // nanoseconds; 0 before the first

    /** A connection that ends with its session. */
    public static final class SessionEndTask {
        private final Runnable end;
        private String session;

        private SessionEndTask(String session, Runnable end) {
            this.session = session;
            this.end = end;
        }
    }

    HttpSessionEnds() {
    }

    /**
     * Returns the instance of the application. The first call registers it for session events.
     *
     * @throws IllegalStateException at the first call, if the application has started
     * @throws UnsupportedOperationException at the first call, if the container does not allow the caller to add a listener
     */
    public static HttpSessionEnds register(ServletContext context) {
        synchronized (context) {
            if (context.getAttribute(ATTRIBUTE) instanceof HttpSessionEnds before) return before;
            HttpSessionEnds made = new HttpSessionEnds();
            context.addListener(made);
            context.setAttribute(ATTRIBUTE, made);
            return made;
        }
    }

    /** Returns the registered instance of the application; null if there is none. */
    public static HttpSessionEnds of(ServletContext context) {
        return (HttpSessionEnds) context.getAttribute(ATTRIBUTE);
    }

    /**
     * Runs {@code end} when the session ends, unless {@code forget} is called before. Runs it immediately if the session has ended since the
     * handshake.
     *
     * @param negotiated the time at which the user was known, in nanoseconds
     */
    public SessionEndTask runAtEnd(String session, long negotiated, Runnable end) {
        SessionEndTask one = new SessionEndTask(session, end);
        boolean hasEnded;
        synchronized (this) {
            for (String next = renamed.get(one.session); next != null; next = renamed.get(one.session)) one.session = next;
            Long since = ended.get(one.session);
            hasEnded = since != null && since - negotiated >= 0;
            if (!hasEnded) add(one);
        }
        if (hasEnded) end.run();
        return one;
    }

    private void add(SessionEndTask one) {
        expected.computeIfAbsent(one.session, none -> new HashSet<>()).add(one);
        sessions = expected.size();
    }

    /** Called when the connection has ended for another reason. */
    public synchronized void cancel(SessionEndTask one) {
        Set<SessionEndTask> all = expected.get(one.session);
        if (all == null || !all.remove(one)) return;
        if (all.isEmpty()) expected.remove(one.session);
        sessions = expected.size();
    }

    @Override
    public void sessionDestroyed(HttpSessionEvent event) {
        loggedOut(event.getSession().getId());
    }

    /**
     * Called during the handshake of a known user. From now on logouts are remembered until the connection may have opened. Returns the current time
     * in nanoseconds.
     */
    public long negotiating() {
        long now = System.nanoTime() | 1;
        lastNegotiated = now;
        return now;
    }

    private boolean negotiatedRecently() {
        long last = lastNegotiated;
        return last != 0 && System.nanoTime() - last < MAX_AGE;
    }

    @Override
    public boolean areObserved() {
        return sessions > 0 || negotiatedRecently();
    }

    @Override
    public boolean observes(String session) {
        if (negotiatedRecently()) return true;
        synchronized (this) {
            return expected.containsKey(session);
        }
    }

    @Override
    public void loggedOut(String session) {
        List<SessionEndTask> all;
        synchronized (this) {
            Set<SessionEndTask> found = expected.remove(session);
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
        Set<SessionEndTask> all = expected.remove(before);
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
        for (Iterator<Long> oldest = ended.values().iterator(); oldest.hasNext() && now - oldest.next() > MAX_AGE; ) oldest.remove();
        if (map.size() > MAX_ENDED) map.remove(map.keySet().iterator().next());
    }
}
