package io.github.changeover.servlet;

import io.github.changeover.connection.Places;
import io.github.changeover.negotiation.PathPolicy;
import io.github.changeover.negotiation.PathPolicy.Match;
import io.github.changeover.negotiation.PathRule;
import io.github.changeover.negotiation.PathTemplate;
import io.github.changeover.negotiation.Preference;
import io.github.changeover.observe.SelfReport;
import io.github.changeover.spi.UpgradeProtocol;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The rules of an application as they stand, with all that follows from them. Immutable: a change of what is offered replaces them as a whole.
 *
 * @param policy of paths; those that offer nothing so far are among them ({@link PathRule#waits})
 * @param wider  of paths that have the offer of more paths: the template of those, whose variables have values here, too
 * @param absent protocols that a setting names and nobody offers so far, each with the setting
 * @param bounds how many connections there may be, with the paths named as their rules name them
 * @param report for operators
 */
record Rules(PathPolicy policy, Map<PathTemplate, PathTemplate> wider, List<String> absent, Places.Bounds bounds, SelfReport report) {
    /** The rule of a path that offers something, or that refuses requests because it does not. */
    Optional<Match> match(String path) {
        return policy.match(path).filter(match -> !match.rule().waits() || match.rule().required()).map(match -> withAllValues(match, path));
    }

    /** The rule of a path that offers something. */
    Optional<Match> offered(String path) {
        return policy.match(path).filter(match -> !match.rule().waits());
    }

    /** The rule for a protocol that the application asks for itself, amid its answer: the roles and gates of the path hold for it, too. */
    Match asked(String path, UpgradeProtocol protocol) {
        Optional<Match> match = policy.matchAnySpelling(path);
        if (match.isEmpty()) return new Match(PathRule.on("/*").offer(protocol).build(), Map.of());
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

    /** The rules that offer something. */
    List<PathRule> offering() {
        return policy.rules().stream().filter(rule -> !rule.waits()).toList();
    }

    /** The paths that somebody has spoken of, a setting mostly, and that offer nothing. */
    List<PathTemplate> waiting() {
        return policy.rules().stream().filter(PathRule::waits).map(PathRule::template).toList();
    }

    /** The bounds with each path named as its rule names it: a setting may call the variables of the template otherwise. */
    static Places.Bounds bounds(Places.Bounds set, PathPolicy policy) {
        Map<String, Integer> paths = new HashMap<>();
        set.paths().forEach((template, most) -> policy.rules().stream().map(PathRule::template).filter(PathTemplate.of(template)::equals)
                .forEach(same -> paths.put(same.toString(), most)));
        return new Places.Bounds(set.all(), set.perAddress(), set.protocols(), paths);
    }
}
