package io.github.changeover.servlet;

import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/** The login of the container. */
final class ContainerLogin {
    private ContainerLogin() {
    }

    /**
     * Starts the login of the container, if the application has one. Returns whether the user is known now; otherwise the login may have written a
     * response.
     */
    static boolean authenticate(HttpServletRequest request, HttpServletResponse response) throws IOException {
        try {
            return request.authenticate(response) && request.getUserPrincipal() != null;
        } catch (ServletException none) {
            return false;
        }
    }

    /** Returns whether the login has written a response. */
    static boolean hasResponded(HttpServletResponse response) {
        return response.isCommitted() || response.getStatus() >= 300;
    }
}
