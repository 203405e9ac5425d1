package profiled;

import jakarta.inject.Inject;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.TreeMap;
import org.eclipse.microprofile.metrics.MetricRegistry;

/** Returns the gauges in the registry of the application. Passes the registry to the test, which inspects it after the end of the application. */
@WebServlet("/gauges")
public final class Gauges extends HttpServlet {
    private static final long serialVersionUID = 1;

    @Inject
    private transient MetricRegistry registry;

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        System.getProperties().put("profiled.registry", registry);
        response.setContentType("text/plain");
        for (var gauge : registry.getGauges().entrySet()) {
            response.getWriter().println(gauge.getKey().getName() + new TreeMap<>(gauge.getKey().getTags()) + " " + gauge.getValue().getValue());
        }
    }
}
