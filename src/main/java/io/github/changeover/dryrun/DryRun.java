package io.github.changeover.dryrun;

import io.github.changeover.negotiation.Negotiator;
import io.github.changeover.negotiation.PathPolicy;
import io.github.changeover.negotiation.Verdict;
import io.github.changeover.spi.TokenSwitches;
import io.github.changeover.spi.UpgradeRequest;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * The result of a dry run of a request. The application's gates and protocols are called as for a real request, but the connection is not
 * switched and no handler is created.
 *
 * @param request the request with the path parameters and the roles that the rule of its path gives it
 * @param verdict the result with its explanation
 * @param answer  the response
 */
public record DryRun(UpgradeRequest request, Verdict verdict, DryRunResponse answer) {

    /**
     * Runs the request.
     *
     * @throws IllegalStateException if a gate or a protocol fails, as in {@link Negotiator#negotiate}; a client would get a 500
     */
    public static DryRun of(UpgradeRequest request, PathPolicy policy, TokenSwitches switches) {
        Optional<PathPolicy.Match> match = policy.match(request.path());
        UpgradeRequest asked = match.map(found -> request.withPathParameters(found.pathParameters()).withRoles(held(request, found))).orElse(request);
        Verdict verdict = Negotiator.negotiate(asked, match, switches);
        return new DryRun(asked, verdict, DryRunResponse.of(verdict, request.method()));
    }

    private static Set<String> held(UpgradeRequest request, PathPolicy.Match match) {
        Set<String> held = new HashSet<>(match.rule().roles());
        held.retainAll(request.roles());
        return held;
    }
}
