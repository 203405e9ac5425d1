package clients;

import io.github.changeover.management.DecisionRecord;
import io.github.changeover.management.UpgradeManagement;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/** {@code /decisions} lists the decisions, one per line. Every other path is ordinary HTTP. */
@WebServlet("/")
public final class Decisions extends HttpServlet {
    private static final long serialVersionUID = 1;

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        response.setContentType("text/plain");
        if (!request.getServletPath().equals("/decisions")) {
            response.getWriter().print("ordinary");
            return;
        }
        for (DecisionRecord decided : UpgradeManagement.of(getServletContext()).orElseThrow().decisions()) response.getWriter().println(decided.explanation());
    }
}
