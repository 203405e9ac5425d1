package front;

import jakarta.servlet.ServletException;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.io.IOException;

/** Lets another servlet request the upgrade, after each kind of dispatch. */
@WebServlet(urlPatterns = "/turn/*", asyncSupported = true)
public final class Turn extends HttpServlet {
    private static final long serialVersionUID = 1;

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException, ServletException {
        switch (request.getPathInfo()) {
            case "/forward" -> request.getRequestDispatcher("/rooms/red").forward(request, response);
            case "/members" -> request.getRequestDispatcher("/rooms/members").forward(request, response);
            case "/twice" -> request.getRequestDispatcher("/turn/forward").forward(request, response);
            case "/wrapped" -> request.getRequestDispatcher("/rooms/red").forward(new HttpServletRequestWrapper(request), new HttpServletResponseWrapper(response));
            case "/draft" -> {
                response.getWriter().print("a draft");
                request.getRequestDispatcher("/rooms/red").forward(request, response);
            }
            case "/named" -> getServletContext().getNamedDispatcher(Table.class.getName()).forward(request, response);
            case "/content" -> request.getRequestDispatcher("/chat").forward(request, response);
            case "/include" -> request.getRequestDispatcher("/chat").include(request, response);
            case "/async" -> request.startAsync(request, response).dispatch("/chat");
            default -> response.sendError(410);
        }
    }
}
