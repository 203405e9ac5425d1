package hostile;

import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/** Queries of the test: {@code ?closed=NAME}, {@code ?rooms}, {@code ?last}. */
@WebServlet("/orders")
public final class Orders extends HttpServlet {
    private static final long serialVersionUID = 1;
    static volatile String last = "";

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        response.setContentType("text/plain");
        String name = request.getParameter("closed");
        if (name != null) response.getWriter().print(Waiting.CLOSED.getOrDefault(name, "not yet"));
        else response.getWriter().print(request.getParameter("rooms") != null ? String.valueOf(Rooms.size()) : last);
    }
}
