package io.github.changeover.servlet;

import io.github.changeover.http.MediaType;
import io.github.changeover.management.OpenMetrics;
import io.github.changeover.management.UpgradeManagement;
import io.github.changeover.servlet.settings.OperatorSettings;
import jakarta.servlet.ServletContext;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Optional;

/** Serves the metrics at a path of the application, behind the filters of the application and, if configured, only to one role. */
final class MetricsPage {
    private final String path;
    private final Optional<String> role;
    private final UpgradeManagement management;

    private MetricsPage(String path, Optional<String> role, UpgradeManagement management) {
        this.path = path;
        this.role = role;
        this.management = management;
    }

    /** Returns null if the metrics are off, so that other requests cost only a null check. */
    static MetricsPage of(Deployment deployment, ServletContext context) {
        OperatorSettings operating = deployment.settings().operating();
        return operating.metrics().map(path -> new MetricsPage(path, operating.metricsRole(), UpgradeManagement.of(context).orElseThrow())).orElse(null);
    }

    boolean isAt(HttpServletRequest request) {
        return TextResource.isAt(path, request);
    }

    void write(HttpServletRequest request, HttpServletResponse response) throws IOException {
        if (role.isPresent() && !request.isUserInRole(role.get())) {
            boolean known = request.getUserPrincipal() != null || ContainerLogin.authenticate(request, response);
            if (ContainerLogin.hasResponded(response)) return;
            if (!known || !request.isUserInRole(role.get())) {
                TextResource.write(403, MediaType.PLAIN_TEXT, "You lack the role that is required for these metrics (changeover.metrics.role).\n", request, response);
                return;
            }
        }
        TextResource.write(200, OpenMetrics.TYPE, OpenMetrics.write(management.counts(), management.report()), request, response);
    }
}
