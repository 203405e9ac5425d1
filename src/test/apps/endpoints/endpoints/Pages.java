package endpoints;

import jakarta.servlet.ServletException;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.websocket.server.ServerEndpointConfig;
import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;

/**
 * {@code /end} returns how a session of Facts ended. {@code /secret/login} begins an HTTP session, {@code /logout} ends it, and {@code /secret/leave} removes the
 * user from it. {@code /default} returns whose default Configurator the API keeps, and {@code /container} the class of the {@code ServerContainer}.
 */
@WebServlet({"/end", "/secret/login", "/logout", "/secret/leave", "/container", "/default"})
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
            case "/default" -> keptDefault();
            default -> getServletContext().getAttribute("jakarta.websocket.server.ServerContainer").getClass().getName();
        };
        response.getWriter().print(text);
    }

    /** Whose default Configurator the API keeps for all applications: "none", "the server's", or "an application's". */
    private static String keptDefault() throws ServletException {
        for (Field field : ServerEndpointConfig.Configurator.class.getDeclaredFields()) {
            if (!Modifier.isStatic(field.getModifiers()) || field.getType() != ServerEndpointConfig.Configurator.class) continue;
            try {
                field.setAccessible(true);
                Object kept = field.get(null);
                if (kept != null) return kept.getClass().getClassLoader() == ServerEndpointConfig.class.getClassLoader() ? "the server's" : "an application's";
            } catch (ReflectiveOperationException hidden) {
                throw new ServletException(hidden);
            }
        }
        return "none";
    }
}
