package starting;

import jakarta.servlet.ServletException;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.websocket.DeploymentException;
import java.io.IOException;

/** Its first request initializes it. A request with a path adds one more endpoint there, and the response contains the result. */
@WebServlet("/lazy/*")
public final class Lazy extends HttpServlet {
    private static final long serialVersionUID = 1;

    @Override
    public void init() throws ServletException {
        try {
            Line.at("/by-request", getServletContext());
        } catch (DeploymentException failure) {
            throw new ServletException(failure);
        }
    }

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        response.setContentType("text/plain");
        try {
            if (request.getPathInfo() != null) Line.at(request.getPathInfo(), getServletContext());
            response.getWriter().print("done");
        } catch (IllegalStateException | DeploymentException failure) {
            response.getWriter().print(failure.getClass().getSimpleName() + ": " + failure.getMessage());
        }
    }
}
