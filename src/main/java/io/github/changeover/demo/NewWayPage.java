package io.github.changeover.demo;

import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/**
 * {@code /h2c} and {@code /secure} say how they were asked. Where settings let the connection change to HTTP/2 or TLS there, the
 * answer comes that way; without them these are pages like any other.
 */
@WebServlet({"/h2c", "/secure"})
public final class NewWayPage extends HttpServlet {
    private static final long serialVersionUID = 1;

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        RequestPage.text(response, "asked as " + request.getProtocol() + (request.isSecure() ? " within TLS\n" : " in clear\n"));
    }
}
