package io.github.changeover.servlet;

import io.github.changeover.observe.Observatory;
import io.github.changeover.observe.OpenMetrics;
import jakarta.servlet.ServletContext;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Optional;

/** Serves the metrics at a path of the application, behind the filters of the application and, if configured, only to one role. */
final class Metrics {
    private final String path;
    private final Optional<String> role;
    private final Observatory observatory;

    private Metrics(String path, Optional<String> role, Observatory observatory) {
        this.path = path;
        this.role = role;
        this.observatory = observatory;
    }

    /** Returns null if the metrics are off, so that other requests cost only a null check. */
    static Metrics of(Deployment deployment, ServletContext context) {
        Operating operating = deployment.settings().operating();
        return operating.metrics().map(path -> new Metrics(path, operating.metricsRole(), Observatory.of(context).orElseThrow())).orElse(null);
    }

    boolean areAt(HttpServletRequest request) {
        return OperatorsPage.isAt(path, request);
    }

    void write(HttpServletRequest request, HttpServletResponse response) throws IOException {
        if (role.isPresent() && !request.isUserInRole(role.get())) {
            boolean known = request.getUserPrincipal() != null || Login.ask(request, response);
            if (Login.answered(response)) return;
            if (!known || !request.isUserInRole(role.get())) {
                OperatorsPage.write(403, "text/plain;charset=utf-8", "These metrics are for a role you do not have (changeover.metrics.role).\n", request, response);
                return;
            }
        }
        OperatorsPage.write(200, OpenMetrics.TYPE, OpenMetrics.write(observatory.counts(), observatory.report()), request, response);
    }
}
