package io.github.changeover.servlet;

import io.github.changeover.negotiation.PathPolicy;
import io.github.changeover.negotiation.UpgradeResponse;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.FilterConfig;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * The last filter of the application: all other filters have let the request pass. Decides about an upgrade, on the thread of the request. It also
 * serves the metrics.
 */
public final class InnerFilter implements Filter {
    private Deployment deployment;
    private MetricsPage metrics;        // null: off

    /** Called by the container. */
    public InnerFilter() {
    }

    @Override
    public void init(FilterConfig config) throws ServletException {
        deployment = Deployment.start(config.getServletContext());
        metrics = MetricsPage.of(deployment, config.getServletContext());
    }

    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain) throws IOException, ServletException {
        if (metrics != null && request instanceof HttpServletRequest http && metrics.isAt(http)) {
            metrics.write(http, (HttpServletResponse) response);
        } else if (!deployment.offers()) {
            if (!(request instanceof HttpServletRequest http && response instanceof HttpServletResponse httpResponse && rejectIfUpgradeRequired(http, httpResponse))) {
                chain.doFilter(request, response);
            }
        } else if (request instanceof HttpServletRequest http && response instanceof HttpServletResponse answer && appliesTo(http)) {
            decide(http, answer, chain);
        } else {
            chain.doFilter(request, response);
        }
    }

    /** Rejects a request for a path with a required upgrade while no protocol is offered. Every other request passes to the application. */
    private boolean rejectIfUpgradeRequired(HttpServletRequest request, HttpServletResponse response) throws IOException {
        PathPolicy policy = deployment.rules().policy();
        if (!policy.concernsRequestsWithoutUpgrade() || !policy.concernsRequestsWithoutUpgrade(UpgradeRequestReader.path(request))) return false;
        UpgradeAttempt attempt = UpgradeAttempt.uncompleted(deployment);
        if (!(attempt.negotiateWithoutOffers(request) instanceof UpgradeResponse.Rejection rejection)) return false;
        attempt.reject(rejection, request, response);
        return true;
    }

    private boolean appliesTo(HttpServletRequest request) {
        if (deployment.hidesHeaders()) HeaderHidingRequest.reveal(request);
        PathPolicy policy = deployment.rules().policy();
        // The path is assembled only if a rule may need it. Any other request costs one look-up of a field, one more for each client field of a protocol, and
        // no allocation.
        return request.getHeader("Upgrade") != null || policy.concernsRequestsWithoutUpgrade() && policy.concernsRequestsWithoutUpgrade(UpgradeRequestReader.path(request)) || mayHaveLostUpgradeField(request, policy);
    }

    /** Returns whether the request was sent by a client of a protocol of its path, but a proxy has removed {@code Upgrade}. */
    private static boolean mayHaveLostUpgradeField(HttpServletRequest request, PathPolicy policy) {
        List<String> fields = policy.clientFields();
        for (int i = 0; i < fields.size(); i++) {
            if (request.getHeader(fields.get(i)) != null) return policy.hasRule(UpgradeRequestReader.path(request));
        }
        return false;
    }

    private void decide(HttpServletRequest request, HttpServletResponse response, FilterChain chain) throws IOException, ServletException {
        UpgradeAttempt attempt = UpgradeAttempt.ofOrUncompleted(request, deployment);
        Optional<UpgradeResponse> given = attempt.negotiate(request, response, Optional.empty());
        if (given.isEmpty()) return;        // the login of the container has responded
        if (given.get() instanceof UpgradeResponse.Switching switching) {
            attempt.prepareSwitch(switching, request, response, chain);
        } else if (given.get() instanceof UpgradeResponse.Rejection rejection) {
            attempt.reject(rejection, request, response);
        } else if (given.get() instanceof UpgradeResponse.Ordinary ordinary) {
            attempt.leaveAsHttp(ordinary.added(), request, response, chain);
        }
    }
}
