package io.github.changeover.servlet;

import io.github.changeover.negotiation.Negotiator;
import io.github.changeover.negotiation.PathPolicy;
import io.github.changeover.negotiation.Verdict;
import io.github.changeover.servlet.endpoint.ApplicationRules;
import io.github.changeover.spi.UpgradeProtocol;
import io.github.changeover.spi.UpgradeRequest;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A request with the result of its negotiation.
 *
 * @param request as the filters of the application left it
 * @param verdict the result
 * @param took    duration of the negotiation
 */
record NegotiatedRequest(UpgradeRequest request, Verdict verdict, Duration took) implements UpgradeAttempt.State {
    /** @param asked the protocol that the application itself requests; empty if the rule of the path decides */
    static NegotiatedRequest of(HttpServletRequest request, Deployment deployment, Optional<UpgradeProtocol> asked) {
        long before = System.nanoTime();
        UpgradeRequest snapshot = snapshot(request, deployment);
        boolean starting = deployment.currentRules().starting();      // read before the rules, so that rules of the start are not used after it
        ApplicationRules rules = deployment.currentRules().forRequest(snapshot, asked);
        Optional<PathPolicy.Match> match = asked.map(protocol -> rules.asked(snapshot.path(), protocol)).or(() -> rules.match(snapshot.path()));
        Verdict verdict = starting ? Negotiator.negotiateWhileStarting(snapshot, match, deployment.late()) : null;
        if (verdict != null) return new NegotiatedRequest(snapshot, verdict, Duration.ofNanos(System.nanoTime() - before));
        return negotiated(request, snapshot, match, deployment, before);
    }

    private static NegotiatedRequest negotiated(HttpServletRequest request, UpgradeRequest copy, Optional<PathPolicy.Match> match, Deployment deployment, long before) {
        UpgradeRequest snapshot = copy;
        if (match.isPresent()) {
            Set<String> held = match.get().rule().roles().stream().filter(request::isUserInRole).collect(Collectors.toSet());
            snapshot = snapshot.withPathParameters(match.get().pathParameters()).withRoles(held);
        }
        UpgradeRequest asked = snapshot;
        Verdict verdict = CurrentRequest.during(request, () -> Negotiator.negotiate(asked, match, deployment.switches()));
        return new NegotiatedRequest(asked, verdict, Duration.ofNanos(System.nanoTime() - before));
    }

    /** Negotiates a request for a path with a rule while this application offers nothing. */
    static NegotiatedRequest withoutOffers(HttpServletRequest request, Deployment deployment) {
        long before = System.nanoTime();
        UpgradeRequest asked = snapshot(request, deployment);
        PathPolicy.Match match = deployment.rules().policy().match(asked.path()).orElseThrow();
        return new NegotiatedRequest(asked, Negotiator.negotiateWithoutOffers(asked, match, deployment.off()), Duration.ofNanos(System.nanoTime() - before));
    }

    private static UpgradeRequest snapshot(HttpServletRequest request, Deployment deployment) {
        UpgradeRequest snapshot = Snapshot.of(request, deployment.container().requestRepair());
        return snapshot.withForwarded(deployment.settings().operating().proxies().of(snapshot));
    }
}
