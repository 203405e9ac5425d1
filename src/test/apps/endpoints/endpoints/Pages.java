package endpoints;

import jakarta.servlet.ServletException;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/** {@code /end} tells how a session of Facts ended; {@code /secret/login} begins a session, {@code /logout} ends it, {@code /secret/leave} leaves it without its user. */
@WebServlet({"/end", "/secret/login", "/logout", "/secret/leave", "/container"})
public final class Pages extends HttpServlet {
    private static final long serialVersionUID = 1;

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws ServletException, IOException {
        response.setContentType("text/plain");
        String text = switch (request.getServletPath()) {
            case "/end" -> Facts.ENDS.getOrDefault(request.getParameter("of"), "none");
            case "/secret/login" -> request.getSession().getId();
            case "/logout" -> {
                request.getSession().invalidate();
                yield "ended";
            }
            case "/secret/leave" -> {
                request.logout();
                yield request.getSession(false) != null ? "left" : "ended";
            }
            default -> getServletContext().getAttribute("jakarta.websocket.server.ServerContainer").getClass().getName();
        };
        response.getWriter().print(text);
    }
}
