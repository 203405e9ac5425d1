package io.github.changeover.servlet;

import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/** The container's login. */
final class Login {
    private Login() {
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
