package metered;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Metrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import jakarta.servlet.ServletContextEvent;
import jakarta.servlet.ServletContextListener;
import jakarta.servlet.annotation.WebListener;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.lang.ref.WeakReference;

/** Adds a Prometheus registry to Micrometer's global one. The parameter {@code metered.own} puts another registry into the context. */
@WebServlet("/scrape")
@WebListener
public final class Scrape extends HttpServlet implements ServletContextListener {
    private static final long serialVersionUID = 1;
    private static final PrometheusMeterRegistry GLOBAL = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private static final PrometheusMeterRegistry OWN = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

    @Override
    public void contextInitialized(ServletContextEvent event) {
        System.getProperties().put("metered.loader", new WeakReference<>(Scrape.class.getClassLoader()));
        Metrics.addRegistry(GLOBAL);
        if (event.getServletContext().getInitParameter("metered.own") != null) event.getServletContext().setAttribute(MeterRegistry.class.getName(), OWN);
    }

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        response.setContentType("text/plain");
        response.getWriter().print((request.getParameter("own") == null ? GLOBAL : OWN).scrape());
    }
}
