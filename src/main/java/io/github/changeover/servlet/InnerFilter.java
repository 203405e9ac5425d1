package io.github.changeover.servlet;

import io.github.changeover.management.EventRecorder;
import io.github.changeover.negotiation.PathPolicy;
import io.github.changeover.negotiation.Verdict;
import io.github.changeover.spi.Decision;
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
    private static final System.Logger LOG = System.getLogger(InnerFilter.class.getName());
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
        if (metrics != null && request instanceof HttpServletRequest http && metrics.areAt(http)) {
            metrics.write(http, (HttpServletResponse) response);
        } else if (!deployment.offers()) {
            if (!(request instanceof HttpServletRequest http && response instanceof HttpServletResponse answer && refused(http, answer))) {
                chain.doFilter(request, response);
            }
        } else if (request instanceof HttpServletRequest http && response instanceof HttpServletResponse answer && concerns(http)) {
            decide(http, answer, chain);
        } else {
            chain.doFilter(request, response);
        }
    }

    /** Rejects a request for a path with a required upgrade while nothing is offered. Every other request passes to the application. */
    private boolean refused(HttpServletRequest request, HttpServletResponse response) throws IOException {
        PathPolicy policy = deployment.rules().policy();
        if (!policy.speaksUnasked() || !policy.speaksUnasked(Snapshot.path(request))) return false;
        NegotiatedRequest considered = NegotiatedRequest.withoutOffers(request, deployment);
        if (!(considered.verdict().decision() instanceof Decision.Refuse refusal)) return false;
        refuse(refusal, considered, request, response);
        return true;
    }

    private void refuse(Decision.Refuse refusal, NegotiatedRequest considered, HttpServletRequest request, HttpServletResponse response) throws IOException {
        EventRecorder.Entry told = deployment.record(considered);
        Refusal.write(refusal, considered.verdict(), deployment.container().requestRepair(), request, response);
        told.answered(Exchange.head(response));
    }

    private boolean concerns(HttpServletRequest request) {
        if (deployment.veils()) HeaderHidingRequest.lift(request);
        PathPolicy policy = deployment.rules().policy();
        // The path is assembled only if a rule may need it. Any other request costs one look-up of a field, one more for each client field of a protocol, and
        // no allocation.
        return request.getHeader("Upgrade") != null || policy.speaksUnasked() && policy.speaksUnasked(Snapshot.path(request)) || lostItsOffer(request, policy);
    }

    /** Returns whether the request was sent by a client of a protocol of its path, but a proxy has removed {@code Upgrade}. */
    private static boolean lostItsOffer(HttpServletRequest request, PathPolicy policy) {
        List<String> fields = policy.clientFields();
        for (int i = 0; i < fields.size(); i++) {
            if (request.getHeader(fields.get(i)) != null) return policy.hasRule(Snapshot.path(request));
        }
        return false;
    }

    private void decide(HttpServletRequest request, HttpServletResponse response, FilterChain chain) throws IOException, ServletException {
        NegotiatedRequest considered = NegotiatedRequest.of(request, deployment);
        if (ContainerLogin.isNeeded(considered.verdict().decision())) {
            boolean known = ContainerLogin.ask(request, response);
            if (ContainerLogin.answered(response)) {
                deployment.record(considered).answered(Exchange.head(response));
                return;
            }
            if (known) considered = NegotiatedRequest.of(request, deployment);
        }
        Verdict verdict = considered.verdict();
        Optional<Exchange> exchange = Exchange.of(request);
        if (verdict.decision() instanceof Decision.Switch change && exchange.isPresent()) {
            Agreement agreement = new Agreement(deployment, considered, change, exchange.get());
            if (agreement.admit(request, response).isEmpty()) agreement.reach(request, response, chain);
        } else if (verdict.decision() instanceof Decision.Refuse refusal) {
            refuse(ContainerLogin.isNeeded(refusal) ? ContainerLogin.NONE : refusal, considered, request, response);
        } else {
            if (verdict.decision() instanceof Decision.Switch) {
                if (deployment.refusedInsteadOfHttp(considered, 426, "changeover-outer is not mapped to /* there", request, response)) return;
                LOG.log(System.Logger.Level.WARNING, "{0} {1} stays HTTP: the outer filter did not run before this one; map changeover-outer to /*",
                        request.getMethod(), considered.request().printablePath());
                deployment.stays(considered, "the outer filter did not run before the inner one");
            } else if (exchange.isPresent() && deployment.mayBeAskedFor(considered)) {
                exchange.get().undecided(considered);
            } else if (exchange.isPresent()) {
                exchange.get().recorded(deployment.record(considered));
            } else if (considered.request().fields().contains("Upgrade")) {
                deployment.record(considered);
            }
            if (deployment.settings().operating().explain() && considered.request().fields().contains("Upgrade")) {
                response.setHeader("Changeover-Explanation", considered.verdict().explanation().toString());
            }
            Refusal.connection(verdict.upgradeList(), verdict.closeAfterRefusal(), deployment.container().requestRepair(), request, response);
            chain.doFilter(request, response);
        }
    }
}
