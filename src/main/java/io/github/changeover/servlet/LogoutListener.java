package io.github.changeover.servlet;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpSession;

/** Listener for users who log out ({@code HttpServletRequest.logout()}) while their HTTP session continues. The Servlet API has no event for that. Internal. */
public interface LogoutListener {
    /** Returns whether the listener must be notified when the user of this session logs out. */
    boolean observes(String session);

    /** Returns whether the listener must be notified of any logout. */
    boolean areObserved();

    void loggedOut(String session);

    /**
     * Returns the session whose user may log out during this request; null if the listener need not be notified of that. Allocates nothing if
     * {@link #areObserved} is false.
     */
    static HttpSession session(LogoutListener logouts, HttpServletRequest request) {
        if (logouts == null || !logouts.areObserved()) return null;
        HttpSession session = request.getSession(false);
        return session != null && logouts.observes(session.getId()) && request.getUserPrincipal() != null ? session : null;
    }

    /** Called when the request has returned. Notifies the listener if the user has logged out during the request; Payara then changes the id of the session. */
    static void publish(LogoutListener logouts, HttpSession session, HttpServletRequest request) {
        if (session == null || request.getUserPrincipal() != null) return;
        String id = session.getId();
        if (id != null) logouts.loggedOut(id);
    }
}
