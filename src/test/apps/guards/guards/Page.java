package guards;

import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/** The servlet of the application. */
@WebServlet(name = "page", urlPatterns = "/page/*", asyncSupported = true)
public final class Page extends HttpServlet {
    private static final long serialVersionUID = 1;

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        Seen.add(request.getQueryString(), "page");
        response.setContentType("text/plain");
        response.getWriter().print("the page");
    }
}
