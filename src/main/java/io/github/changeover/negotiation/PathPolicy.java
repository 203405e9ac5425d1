package io.github.changeover.negotiation;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The rules of an application: which path supports which protocols. Immutable. RFC 9110 section 7.8: a server may accept a token on one
 * path and ignore it on another.
 *
 * <pre>
 * GET /echo HTTP/1.1           with rules for /echo and /*:
 * Upgrade: foo/2               only the rule for /echo decides
 * </pre>
 */
public final class PathPolicy {
    private final PathRule[] rules;
    private final boolean concernsRequestsWithoutUpgrade;
    private final boolean hasRequired;
    private final List<String> clientFields;

    /**
     * The rule that matches a path.
     *
     * @param rule           the rule
     * @param pathParameters the values of its template's variables
     */
    public record Match(PathRule rule, Map<String, String> pathParameters) {
        public Match {
            pathParameters = Map.copyOf(pathParameters);
        }
    }

    private PathPolicy(PathRule[] rules) {
        this.rules = rules;
        this.concernsRequestsWithoutUpgrade = Arrays.stream(rules).anyMatch(PathRule::concernsRequestsWithoutUpgrade);
        this.hasRequired = Arrays.stream(rules).anyMatch(PathRule::required);
        this.clientFields = Arrays.stream(rules).flatMap(rule -> rule.clientFields().stream()).distinct().toList();
    }

    /** @throws IllegalArgumentException if two rules match the same paths */
    public static PathPolicy of(PathRule... rules) {
        return of(List.of(rules));
    }

    /** @throws IllegalArgumentException if two rules match the same paths */
    public static PathPolicy of(List<PathRule> rules) {
        PathRule[] sorted = rules.toArray(PathRule[]::new);
        Arrays.sort(sorted, (one, other) -> one.template().compareTo(other.template()));
        for (int i = 1; i < sorted.length; i++) {
            PathTemplate one = sorted[i - 1].template();
            PathTemplate other = sorted[i].template();
            if (one.equals(other)) {
                throw new IllegalArgumentException("Two rules match the same paths: " + one + " and " + other
                        + ". Offer all their protocols in one rule");
            }
        }
        return new PathPolicy(sorted);
    }

    /**
     * Returns the most specific rule for the path. A rule that is set to required also matches the other spellings of its paths
     * ({@link PathSpelling}). Otherwise an application that treats {@code /secure/} as {@code /secure} would respond without the switch.
     */
    public Optional<Match> match(String path) {
        return match(path, false);
    }

    /**
     * Works like {@link #match(String)}, but every rule also matches the other spellings of its paths. It is used for an upgrade that the
     * application itself requests, because the application may treat several spellings as one path.
     */
    public Optional<Match> matchAnySpelling(String path) {
        return match(path, true);
    }

    private Optional<Match> match(String path, boolean anySpelling) {
        String canonical = anySpelling || hasRequired ? PathSpelling.canonical(path) : path;
        for (PathRule rule : rules) {
            if (rule.template().matches(path)) return Optional.of(new Match(rule, rule.template().values(path)));
            if ((anySpelling || rule.required()) && rule.template().matchesCanonical(canonical)) {
                return Optional.of(new Match(rule, rule.template().valuesOfCanonical(canonical)));
            }
        }
        return Optional.empty();
    }

    /** Returns whether any rule can change the response to a request without {@code Upgrade}: a rule is required, or advertises. */
    public boolean concernsRequestsWithoutUpgrade() {
        return concernsRequestsWithoutUpgrade;
    }

    /**
     * Returns whether a request without {@code Upgrade} for this path still needs a negotiation: its rule responds with 426, or advertises.
     * Allocates nothing for a path in canonical form.
     */
    public boolean concernsRequestsWithoutUpgrade(String path) {
        if (!concernsRequestsWithoutUpgrade) return false;
        String canonical = hasRequired ? PathSpelling.canonical(path) : path;
        for (PathRule rule : rules) {
            if (rule.template().matches(path)) return rule.concernsRequestsWithoutUpgrade();
            if (rule.required() && rule.template().matchesCanonical(canonical)) return true;
        }
        return false;
    }

    /**
     * Returns the header fields that only clients of these rules' protocols send. A request that has one of them and no {@code Upgrade}
     * needs a negotiation if a rule matches its path.
     */
    public List<String> clientFields() {
        return clientFields;
    }

    /** Returns whether a rule matches the path. Allocates nothing for a path in canonical form. */
    public boolean hasRule(String path) {
        String canonical = hasRequired ? PathSpelling.canonical(path) : path;
        for (PathRule rule : rules) {
            if (rule.template().matches(path) || rule.required() && rule.template().matchesCanonical(canonical)) return true;
        }
        return false;
    }

    /** Returns the rules in the order in which they are tried. */
    public List<PathRule> rules() {
        return List.of(rules);
    }
}
