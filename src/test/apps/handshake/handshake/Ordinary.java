package handshake;

import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/** Ordinary HTTP. Returns how often the endpoint was opened. */
@WebServlet(urlPatterns = "/", asyncSupported = true)
public final class Ordinary extends HttpServlet {
    private static final long serialVersionUID = 1;

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        response.setContentType("text/plain");
        response.setHeader("X-Opened", Integer.toString(Chat.OPENED.get()));
        response.getWriter().print("ordinary");
    }
}
