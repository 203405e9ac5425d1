package io.github.changeover.servlet;

import io.github.changeover.spi.Decision;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/** The login of the container. */
final class ContainerLogin {
    /** A 401 must contain a challenge (RFC 9110 section 15.5.2), and no challenge is available. */
    static final Decision.Refuse NONE = new Decision.Refuse(403,
            "You may not change the protocol here without a login, and this application has none: give it a login-config.");

    private ContainerLogin() {
    }

    /** Returns whether this is a 401 without a challenge, for which the login of the container must provide one. */
    static boolean isNeeded(Decision decision) {
        return decision instanceof Decision.Refuse refusal && refusal.status() == 401 && !refusal.fields().contains("WWW-Authenticate");
    }

    /**
     * Starts the login of the container, if the application has one. Returns whether the user is known now; otherwise the login may have written a
     * response.
     */
    static boolean ask(HttpServletRequest request, HttpServletResponse response) throws IOException {
        try {
            return request.authenticate(response) && request.getUserPrincipal() != null;
        } catch (ServletException none) {
            return false;
        }
    }

    /** Returns whether the login has written a response. */
    static boolean answered(HttpServletResponse response) {
        return response.isCommitted() || response.getStatus() >= 300;
    }
}
