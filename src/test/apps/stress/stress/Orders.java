package stress;

import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/**
 * {@code ?connections} returns how many are open. {@code ?report=NUMBER} returns the report of one connection's handler, and before its end nothing, unless
 * {@code &now} is present. {@code ?unsettled} returns the connections with running senders, with completions that have not run, or with faults. It forgets the others.
 */
@WebServlet("/orders")
public final class Orders extends HttpServlet {
    private static final long serialVersionUID = 1;

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        response.setContentType("text/plain");
        response.getWriter().print(answer(request));
    }

    private static String answer(HttpServletRequest request) {
        if (request.getParameter("connections") != null) return Integer.toString(Start.observatory().connections().size());
        if (request.getParameter("report") != null) {
            Report report = Start.REPORTS.get(request.getParameter("report"));
            return report == null || !report.isClosed() && request.getParameter("now") == null ? "" : report.toString();
        }
        Start.REPORTS.values().removeIf(Report::isFine);
        return Start.REPORTS.toString();
    }
}
