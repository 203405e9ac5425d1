package io.github.changeover.servlet;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpSession;

/**
 * Wants to know of users who log out ({@code HttpServletRequest.logout()}) while their HTTP session goes on: no event of the
 * Servlet API tells it. Internal.
 */
public interface Logouts {
    /** Whether anybody waits for the logout of this session's user. */
    boolean awaits(String session);

    /** Whether anybody waits at all. */
    boolean areAwaited();

    void loggedOut(String session);

    /** The session whose user may log out during this request; null where nobody waits for that. Allocates nothing then. */
    static HttpSession session(Logouts logouts, HttpServletRequest request) {
        if (logouts == null || !logouts.areAwaited()) return null;
        HttpSession session = request.getSession(false);
        return session != null && logouts.awaits(session.getId()) && request.getUserPrincipal() != null ? session : null;
    }

    /** The request has come back: tells when its user has gone meanwhile. Payara gives the session another id then. */
    static void tell(Logouts logouts, HttpSession session, HttpServletRequest request) {
        if (session == null || request.getUserPrincipal() != null) return;
        String id = session.getId();
        if (id != null) logouts.loggedOut(id);
    }
}
