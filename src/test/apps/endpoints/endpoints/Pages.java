package endpoints;

import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/** {@code /end} tells how a session of Facts ended; {@code /secret/login} begins a session, {@code /logout} ends it. */
@WebServlet({"/end", "/secret/login", "/logout", "/container"})
public final class Pages extends HttpServlet {
    private static final long serialVersionUID = 1;

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        response.setContentType("text/plain");
        String text = switch (request.getServletPath()) {
            case "/end" -> Facts.ENDS.getOrDefault(request.getParameter("of"), "none");
            case "/secret/login" -> request.getSession().getId();
            case "/logout" -> {
                request.getSession().invalidate();
                yield "ended";
            }
            default -> getServletContext().getAttribute("jakarta.websocket.server.ServerContainer").getClass().getName();
        };
        response.getWriter().print(text);
    }
}
