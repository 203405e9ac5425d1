package io.github.changeover.demo;

import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/**
 * {@code /echo} and {@code /server-order} for requests that are not switched. A GET or HEAD without content gets the list of supported
 * protocols. Any other request is shown as by {@link RequestPage}.
 */
@WebServlet(urlPatterns = {"/echo", "/server-order"}, asyncSupported = true)
public final class EchoPage extends HttpServlet {
    private static final long serialVersionUID = 1;

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        if (isRead(request) && !hasContent(request)) {
            RequestPage.text(response, offer(request));
        } else {
            RequestPage.show(request, response);
        }
    }

    private static boolean isRead(HttpServletRequest request) {
        return request.getMethod().equals("GET") || request.getMethod().equals("HEAD");
    }

    private static boolean hasContent(HttpServletRequest request) {
        return request.getContentLengthLong() > 0 || request.getHeader("Transfer-Encoding") != null;
    }

    private static String offer(HttpServletRequest request) {
        boolean serverOrder = request.getServletPath().equals("/server-order");
        return "This connection can be upgraded from HTTP/1.1 to: foo/2, example/1, echo" + (serverOrder ? "" : ", websocket") + "\n"
                + "If several offered protocols are supported, the " + (serverOrder ? "server's first" : "client's first")
                + " one is chosen.\n\n"
                + "To request one, send a GET without content and with these header fields:\n\n"
                + "  Connection: Upgrade\n"
                + "  Upgrade: example/1\n";
    }
}
