package io.github.changeover.servlet.rules;

import io.github.changeover.connection.ConnectionLimiter;
import io.github.changeover.management.StartReport;
import io.github.changeover.negotiation.PathPolicy;
import io.github.changeover.negotiation.PathPolicy.Match;
import io.github.changeover.negotiation.PathRule;
import io.github.changeover.negotiation.PathTemplate;
import io.github.changeover.negotiation.Preference;
import io.github.changeover.spi.Gate;
import io.github.changeover.spi.UpgradeProtocol;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The current rules of an application with everything that depends on them. Immutable: a change of the offers replaces the whole instance.
 *
 * @param policy the path rules, including those without an offer so far ({@link PathRule#hasNoOffer})
 * @param wider  for paths with the offer of a wider path: the wider template, whose variables also have values here
 * @param absent protocols that a setting names and that are not offered so far, each with the name of the setting
 * @param gates  the checks for every path; the rules contain them
 * @param connectionLimits the connection limits, with the same path names as in the rules
 * @param report the report for operators
 */
public record ApplicationRules(PathPolicy policy, Map<PathTemplate, PathTemplate> wider, List<String> absent, List<Gate> gates, ConnectionLimiter.Maximums connectionLimits, StartReport report) {
    /** Returns the rule of a path with an offer, or with a required upgrade that rejects requests because there is no offer. */
    public Optional<Match> match(String path) {
        Optional<Match> match = policy.match(path);
        if (match.isEmpty() || match.get().rule().hasNoOffer() && !match.get().rule().required()) return Optional.empty();
        return wider.isEmpty() ? match : Optional.of(withAllValues(match.get(), path));
    }

    /** Returns the rule of a path with an offer. */
    public Optional<Match> offered(String path) {
        return policy.match(path).filter(match -> !match.rule().hasNoOffer());
    }

    /** Returns the rule for a protocol that the application itself requests while it responds. The roles and gates of the path apply to it, too. */
    public Match matchFor(String path, UpgradeProtocol protocol) {
        Optional<Match> match = policy.matchAnySpelling(path);
        if (match.isEmpty()) {
            PathRule.Builder anyPath = PathRule.on("/*").offer(protocol);
            gates.forEach(anyPath::gate);
            return new Match(anyPath.build(), Map.of());
        }
        PathRule rule = match.get().rule();
        return new Match(new PathRule(rule.template(), List.of(protocol), Preference.CLIENT, false, false, rule.closeOnRefuse(), rule.roles(), rule.gates()),
                match.get().pathParameters());
    }

    private Match withAllValues(Match match, String path) {
        PathTemplate more = wider.get(match.rule().template());
        if (more == null) return match;
        Map<String, String> values = new HashMap<>(more.match(path).orElse(Map.of()));
        values.putAll(match.pathParameters());
        return new Match(match.rule(), values);
    }

    /** Returns the rules with an offer. */
    public List<PathRule> offering() {
        return policy.rules().stream().filter(rule -> !rule.hasNoOffer()).toList();
    }

    /** Returns the paths that are configured, mostly by a setting, but have no offer. */
    public List<PathTemplate> waiting() {
        return policy.rules().stream().filter(PathRule::hasNoOffer).map(PathRule::template).toList();
    }

    /** Returns the limits with each path named as in its rule: a setting may use other names for the variables of the template. */
    public static ConnectionLimiter.Maximums bounds(ConnectionLimiter.Maximums set, PathPolicy policy) {
        Map<String, Integer> paths = new HashMap<>();
        set.paths().forEach((template, most) -> policy.rules().stream().map(PathRule::template).filter(PathTemplate.of(template)::equals)
                .forEach(same -> paths.put(same.toString(), most)));
        return new ConnectionLimiter.Maximums(set.all(), set.perAddress(), set.protocols(), paths);
    }
}
