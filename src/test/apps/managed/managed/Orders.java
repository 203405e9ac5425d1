package managed;

import io.github.changeover.Changeover;
import io.github.changeover.management.UpgradeManagement;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Duration;

/** Drains the application. */
@WebServlet("/orders")
public class Orders extends HttpServlet {
    private static final long serialVersionUID = 1;

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) {
        Changeover.of(getServletContext()).drain(Duration.ofSeconds(3));
        UpgradeManagement.of(getServletContext()).orElseThrow().stopDraining();
    }
}
