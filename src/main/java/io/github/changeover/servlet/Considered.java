package io.github.changeover.servlet;

import io.github.changeover.negotiation.Negotiator;
import io.github.changeover.negotiation.PathPolicy;
import io.github.changeover.negotiation.Verdict;
import io.github.changeover.spi.UpgradeRequest;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * A request that was negotiated about.
 *
 * @param request as the application's filters left it
 * @param verdict what is to be done with it
 * @param took    the negotiation's time
 */
record Considered(UpgradeRequest request, Verdict verdict, Duration took) {
    /** @param rules the rule of a path */
    static Considered of(HttpServletRequest request, Deployment deployment, Function<String, Optional<PathPolicy.Match>> rules) {
        long before = System.nanoTime();
        UpgradeRequest snapshot = snapshot(request, deployment);
        Optional<PathPolicy.Match> match = rules.apply(snapshot.path());
        if (match.isPresent()) {
            Set<String> held = match.get().rule().roles().stream().filter(request::isUserInRole).collect(Collectors.toSet());
            snapshot = snapshot.withPathParameters(match.get().pathParameters()).withRoles(held);
        }
        UpgradeRequest asked = snapshot;
        Verdict verdict = RequestAtHand.during(request, () -> Negotiator.negotiate(asked, match, deployment.switches()));
        return new Considered(asked, verdict, Duration.ofNanos(System.nanoTime() - before));
    }

    /** A request for a path with a rule, while nothing is offered. */
    static Considered withoutOffers(HttpServletRequest request, Deployment deployment) {
        long before = System.nanoTime();
        UpgradeRequest asked = snapshot(request, deployment);
        PathPolicy.Match match = deployment.policy().match(asked.path()).orElseThrow();
        Verdict verdict = Negotiator.negotiateWithoutOffers(asked, match, deployment.off());
        return new Considered(asked, verdict, Duration.ofNanos(System.nanoTime() - before));
    }

    private static UpgradeRequest snapshot(HttpServletRequest request, Deployment deployment) {
        UpgradeRequest snapshot = Snapshot.of(request, deployment.container());
        return snapshot.withForwarded(deployment.settings().operating().proxies().of(snapshot));
    }
}
