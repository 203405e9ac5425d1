package io.github.changeover.servlet;

import io.github.changeover.negotiation.Negotiator;
import io.github.changeover.negotiation.PathPolicy;
import io.github.changeover.negotiation.Verdict;
import io.github.changeover.servlet.rules.ApplicationRules;
import io.github.changeover.spi.UpgradeProtocol;
import io.github.changeover.spi.UpgradeRequest;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Duration;
import java.util.Optional;

/**
 * A request with the result of its negotiation.
 *
 * @param request as the filters of the application left it
 * @param verdict the result
 * @param took    duration of the negotiation
 */
record NegotiatedRequest(UpgradeRequest request, Verdict verdict, Duration took) implements UpgradeAttempt.State {
    /** @param requestedProtocol the protocol that the application itself requests; empty if the rule of the path decides */
    static NegotiatedRequest of(HttpServletRequest request, Deployment deployment, Optional<UpgradeProtocol> requestedProtocol) {
        long started = System.nanoTime();
        UpgradeRequestReader reader = reader(request, deployment);
        boolean starting = deployment.currentRules().starting();      // read before the rules, so that rules of the start are not used after it
        ApplicationRules rules = deployment.rules();
        Optional<PathPolicy.Match> match = match(request, rules, requestedProtocol);
        UpgradeRequest read = reader.read(match);
        ApplicationRules currentRules = deployment.currentRules().forRequest(read, requestedProtocol);
        if (currentRules != rules) {     // a path was offered in the meantime
            match = match(request, currentRules, requestedProtocol);
            read = reader.read(match);
        }
        Verdict verdict = starting ? Negotiator.negotiateWhileStarting(read, match, deployment.late()) : null;
        if (verdict == null) verdict = negotiate(request, read, match, deployment);
        return new NegotiatedRequest(read, verdict, Duration.ofNanos(System.nanoTime() - started));
    }

    private static Verdict negotiate(HttpServletRequest request, UpgradeRequest read, Optional<PathPolicy.Match> match, Deployment deployment) {
        return CurrentRequest.callWith(request, () -> Negotiator.negotiate(read, match, deployment.toggles()));
    }

    private static Optional<PathPolicy.Match> match(HttpServletRequest request, ApplicationRules rules, Optional<UpgradeProtocol> requestedProtocol) {
        String path = UpgradeRequestReader.path(request);
        return requestedProtocol.isPresent() ? Optional.of(rules.matchFor(path, requestedProtocol.get())) : rules.match(path);
    }

    /** Negotiates a request for a path with a rule while this application offers nothing. */
    static NegotiatedRequest withoutOffers(HttpServletRequest request, Deployment deployment) {
        long before = System.nanoTime();
        UpgradeRequest read = reader(request, deployment).read(Optional.empty());
        PathPolicy.Match match = deployment.rules().policy().match(read.path()).orElseThrow();
        return new NegotiatedRequest(read, Negotiator.negotiateWithoutOffers(read, match, deployment.off()), Duration.ofNanos(System.nanoTime() - before));
    }

    private static UpgradeRequestReader reader(HttpServletRequest request, Deployment deployment) {
        return new UpgradeRequestReader(request, deployment.container().requestRepair(), deployment.settings().operating().proxies());
    }
}
