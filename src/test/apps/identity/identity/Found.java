package identity;

import jakarta.enterprise.inject.spi.CDI;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.websocket.Session;
import java.io.IOException;
import java.security.Principal;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;

/** What each callback has found, by callback and user. */
@WebServlet("/found")
public class Found extends HttpServlet {
    private static final long serialVersionUID = 1;
    private static final Map<String, Map<String, String>> FOUND = new ConcurrentSkipListMap<>();

    static void look(String place, Session session, OfRequest injected) {
        String user = session.getUserPrincipal() == null ? "nobody" : session.getUserPrincipal().getName();
        found(place + " of " + user, "bean", bean(injected));
        found(place + " of " + user, "principal", value(() -> CDI.current().select(Principal.class).get().getName()));
        found(place + " of " + user, "request", value(() -> CDI.current().select(HttpServletRequest.class).get().getRequestURI()));
        found(place + " of " + user, "role", value(() -> {
            Class<?> type = Class.forName("jakarta.security.enterprise.SecurityContext");
            Object security = CDI.current().select(type).get();
            Principal caller = (Principal) type.getMethod("getCallerPrincipal").invoke(security);
            return (caller == null ? "nobody" : caller.getName()) + " " + type.getMethod("isCallerInRole", String.class).invoke(security, "member");
        }));
    }

    private static void found(String place, String what, String value) {
        FOUND.computeIfAbsent(place, key -> new TreeMap<>()).merge(what, value, (before, now) -> before.equals(now) ? now : before + " and " + now);
    }

    /** The bean must be new in each callback, and must be the same by injection and by look-up. */
    private static String bean(OfRequest injected) {
        return value(() -> {
            int first = CDI.current().select(OfRequest.class).get().count();
            if (first != 0) return "of an earlier callback";
            return injected == null ? "not injected" : injected.count() == 1 ? "ok" : "another one";
        });
    }

    private interface Look {
        String up() throws Exception;
    }

    private static String value(Look look) {
        try {
            return look.up();
        } catch (Exception | LinkageError failed) {
            return "fails";
        }
    }

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        response.setContentType("text/plain");
        FOUND.forEach((place, values) -> {
            try {
                response.getWriter().println(place + ": " + values);
            } catch (IOException gone) {
                throw new IllegalStateException(gone);
            }
        });
    }
}
