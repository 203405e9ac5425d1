package sessions;

import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/** {@code /end} tells how a session ended, {@code /traces} what was observed. */
@WebServlet({"/end", "/traces"})
public final class Pages extends HttpServlet {
    private static final long serialVersionUID = 1;

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        response.setContentType("text/plain");
        String of = request.getParameter("of");
        response.getWriter().print(request.getServletPath().equals("/end") ? Obedient.ENDS.getOrDefault(of, "none") : String.join("\n", Tracing.of(of)));
    }
}
