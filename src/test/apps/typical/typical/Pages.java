package typical;

import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSession;
import jakarta.websocket.CloseReason;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** {@code /visit} counts visits in the HTTP session, {@code /ended?what=} returns how an endpoint's connection ended, and {@code /engine} names the engine. */
@WebServlet({"/visit", "/ended", "/engine"})
public class Pages extends HttpServlet {
    private static final long serialVersionUID = 1;
    private static final Map<String, String> ENDS = new ConcurrentHashMap<>();

    static void ended(String what, CloseReason reason) {
        ENDS.put(what, reason.getCloseCode().getCode() + " " + reason.getReasonPhrase());
    }

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        response.setContentType("text/plain");
        response.getWriter().print(switch (request.getServletPath()) {
            case "/visit" -> visit(request.getSession());
            case "/ended" -> ENDS.getOrDefault(request.getParameter("what"), "");
            default -> getServletContext().getAttribute("jakarta.websocket.server.ServerContainer").getClass().getName();
        });
    }

    private static String visit(HttpSession session) {
        Object before = session.getAttribute("visits");
        session.setAttribute("visits", before == null ? 1 : (Integer) before + 1);
        return "visit " + session.getAttribute("visits") + ", note " + session.getAttribute("note");
    }
}
