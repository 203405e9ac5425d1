package leaving;

import jakarta.servlet.ServletException;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/** A login form, and several ways to change or end the HTTP session. */
@WebServlet({"/form", "/logout", "/invalidate", "/change-id", "/me"})
public final class Pages extends HttpServlet {
    private static final long serialVersionUID = 1;

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws ServletException, IOException {
        response.setContentType("text/html");
        String text = switch (request.getServletPath()) {
            case "/form" -> "<form action=j_security_check method=post><input name=j_username><input name=j_password></form>";
            case "/logout" -> {
                request.logout();
                yield "logged out";
            }
            case "/invalidate" -> {
                request.getSession().invalidate();
                yield "invalidated";
            }
            case "/change-id" -> request.changeSessionId();
            default -> String.valueOf(request.getRemoteUser());
        };
        response.getWriter().print(text);
    }

    @Override
    protected void doPost(HttpServletRequest request, HttpServletResponse response) throws ServletException, IOException {
        doGet(request, response);
    }
}
