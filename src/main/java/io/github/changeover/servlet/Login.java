package io.github.changeover.servlet;

import io.github.changeover.spi.Decision;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/** The container's login. */
final class Login {
    /** A 401 must challenge (RFC 9110 section 15.5.2), and there is nothing to challenge with. */
    static final Decision.Refuse NONE = new Decision.Refuse(403,
            "You may not change the protocol here without a login, and this application has none: give it a login-config.");

    private Login() {
    }

    /** Whether this is a 401 without a challenge: the container's login is the one that can ask. */
    static boolean isNeeded(Decision decision) {
        return decision instanceof Decision.Refuse refusal && refusal.status() == 401 && !refusal.fields().contains("WWW-Authenticate");
    }

    /** Whether the user is known now. Where not, the container's login has asked, if the application has one. */
    static boolean ask(HttpServletRequest request, HttpServletResponse response) throws IOException {
        try {
            return request.authenticate(response) && request.getUserPrincipal() != null;
        } catch (ServletException none) {
            return false;
        }
    }

    /** Whether it has answered the request. */
    static boolean answered(HttpServletResponse response) {
        return response.isCommitted() || response.getStatus() >= 300;
    }
}
