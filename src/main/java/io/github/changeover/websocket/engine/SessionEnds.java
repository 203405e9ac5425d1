package io.github.changeover.websocket.engine;

import io.github.changeover.servlet.Logouts;
import jakarta.servlet.ServletContext;
import jakarta.servlet.http.HttpSessionEvent;
import jakarta.servlet.http.HttpSessionIdListener;
import jakarta.servlet.http.HttpSessionListener;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Ends the connections of a user whose HTTP session ends, or who logs out of it: they are closed with 1008 (Jakarta WebSocket
 * section 7.2). Connections without an authenticated user stay.
 */
public final class SessionEnds implements HttpSessionListener, HttpSessionIdListener, Logouts {
    private static final String ATTRIBUTE = SessionEnds.class.getName();
    private final Map<String, Set<Expected>> expected = new ConcurrentHashMap<>();

    /** A connection that ends with its session. */
    static final class Expected {
        private final Runnable end;
        private volatile String session;

        private Expected(String session, Runnable end) {
            this.session = session;
            this.end = end;
        }
    }

    SessionEnds(ServletContext context) {
        context.setAttribute(ATTRIBUTE, this);
    }

    static SessionEnds of(ServletContext context) {
        return (SessionEnds) context.getAttribute(ATTRIBUTE);
    }

    /** Runs {@code end} when the session ends, unless it is forgotten before. */
    Expected expect(String session, Runnable end) {
        Expected one = new Expected(session, end);
        add(one);
        return one;
    }

    private void add(Expected one) {
        expected.compute(one.session, (id, before) -> {
            Set<Expected> all = before == null ? ConcurrentHashMap.newKeySet() : before;
            all.add(one);
            return all;
        });
    }

    /** The connection has ended by itself. */
    void forget(Expected one) {
        expected.computeIfPresent(one.session, (id, all) -> all.remove(one) && all.isEmpty() ? null : all);
    }

    @Override
    public void sessionDestroyed(HttpSessionEvent event) {
        loggedOut(event.getSession().getId());
    }

    @Override
    public boolean areAwaited() {
        return !expected.isEmpty();
    }

    @Override
    public boolean awaits(String session) {
        return expected.containsKey(session);
    }

    @Override
    public void loggedOut(String session) {
        Set<Expected> all = expected.remove(session);
        if (all != null) all.forEach(one -> one.end.run());
    }

    @Override
    public void sessionIdChanged(HttpSessionEvent event, String before) {
        Set<Expected> all = expected.remove(before);
        if (all == null) return;
        all.forEach(one -> {
            one.session = event.getSession().getId();
            add(one);
        });
    }
}
