package io.github.changeover.demo;

import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/**
 * {@code /h2c} and {@code /secure} show the protocol of the request. If the settings allow an upgrade to HTTP/2 or TLS there, the response
 * arrives over that protocol. Otherwise these are ordinary pages.
 */
@WebServlet({"/h2c", "/secure"})
public final class ProtocolPage extends HttpServlet {
    private static final long serialVersionUID = 1;

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        RequestPage.text(response, "asked as " + request.getProtocol() + (request.isSecure() ? " within TLS\n" : " in clear\n"));
    }
}
