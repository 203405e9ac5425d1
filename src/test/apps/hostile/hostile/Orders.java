package hostile;

import io.github.changeover.Changeover;
import io.github.changeover.management.UpgradeManagement;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;

/** Queries and commands of the test: {@code ?faults}, {@code ?connections}, {@code ?calls=ROUNDS}, {@code ?drain=MILLIS}. */
@WebServlet("/orders")
public final class Orders extends HttpServlet {
    private static final long serialVersionUID = 1;

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        response.setContentType("text/plain");
        response.getWriter().print(answer(request));
    }

    private String answer(HttpServletRequest request) {
        if (request.getParameter("faults") != null) return Record.faults().toString();
        if (request.getParameter("connections") != null) return Integer.toString(UpgradeManagement.of(getServletContext()).orElseThrow().connections().size());
        if (request.getParameter("calls") != null) return Calls.measure(Integer.parseInt(request.getParameter("calls")));
        long begun = System.nanoTime();
        boolean all = Changeover.of(getServletContext()).drain(Duration.ofMillis(Long.parseLong(request.getParameter("drain"))));
        UpgradeManagement.of(getServletContext()).orElseThrow().stopDraining();
        return all + " " + (System.nanoTime() - begun) / 1_000_000;
    }
}
