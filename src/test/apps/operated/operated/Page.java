package operated;

import io.github.changeover.management.DecisionRecord;
import io.github.changeover.management.UpgradeManagement;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/** Ordinary HTTP. {@code ?decisions} returns the decisions, and {@code ?connections} the number of connections, as other code of the application reads them. */
@WebServlet({"/page", "/guest"})
public final class Page extends HttpServlet {
    private static final long serialVersionUID = 1;

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        response.setContentType("text/plain");
        if (request.getParameter("connections") != null) {
            response.getWriter().print(UpgradeManagement.of(getServletContext()).orElseThrow().connections().size());
            return;
        }
        if (request.getParameter("decisions") == null) {
            response.setHeader("Set-Cookie", "id=secret");
            response.getWriter().print("ordinary\n");
            return;
        }
        for (DecisionRecord decided : UpgradeManagement.of(getServletContext()).orElseThrow().decisions()) {
            response.getWriter().println(decided.explanation() + " | " + decided.response().map(Object::toString).orElse("none yet"));
        }
    }
}
