package io.github.changeover.negotiation;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The rules of an application: which path offers what. Immutable. RFC 9110 section 7.8: the same token may be taken
 * on one path and ignored on another.
 *
 * <pre>
 * GET /echo HTTP/1.1           with rules for /echo and /*:
 * Upgrade: foo/2               the rule for /echo decides, alone
 * </pre>
 */
public final class PathPolicy {
    private final PathRule[] rules;
    private final boolean speaksUnasked;
    private final boolean hasRequired;
    private final List<String> clientFields;

    /**
     * The rule that is for a path.
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
        this.speaksUnasked = Arrays.stream(rules).anyMatch(PathRule::speaksUnasked);
        this.hasRequired = Arrays.stream(rules).anyMatch(PathRule::required);
        this.clientFields = Arrays.stream(rules).flatMap(rule -> rule.clientFields().stream()).distinct().toList();
    }

    /** @throws IllegalArgumentException when two rules are for the same paths */
    public static PathPolicy of(PathRule... rules) {
        return of(List.of(rules));
    }

    /** @throws IllegalArgumentException when two rules are for the same paths */
    public static PathPolicy of(List<PathRule> rules) {
        PathRule[] sorted = rules.toArray(PathRule[]::new);
        Arrays.sort(sorted, (one, other) -> one.template().compareTo(other.template()));
        for (int i = 1; i < sorted.length; i++) {
            PathTemplate one = sorted[i - 1].template();
            PathTemplate other = sorted[i].template();
            if (one.equals(other)) {
                throw new IllegalArgumentException("Two rules are for the same paths: " + one + " and " + other
                        + ". Offer all their protocols in one rule");
            }
        }
        return new PathPolicy(sorted);
    }

    /**
     * The most specific rule for the path. A rule that is set to required is also for the other spellings of its paths
     * ({@link PathSpelling}): an application that serves {@code /secure/} as {@code /secure} must not answer it without the switch.
     */
    public Optional<Match> match(String path) {
        return match(path, false);
    }

    /** The same, where every rule is also for the other spellings of its paths: for a switch that the application asks for itself, whatever it takes a path for. */
    public Optional<Match> matchAnySpelling(String path) {
        return match(path, true);
    }

    private Optional<Match> match(String path, boolean anySpelling) {
        String canonical = anySpelling || hasRequired ? PathSpelling.canonical(path) : path;
        for (PathRule rule : rules) {
            if (rule.template().matches(path)) return rule.template().match(path).map(values -> new Match(rule, values));
            if ((anySpelling || rule.required()) && rule.template().matchesCanonical(canonical)) {
                return Optional.of(new Match(rule, rule.template().valuesOfCanonical(canonical)));
            }
        }
        return Optional.empty();
    }

    /** Whether any path answers a request without {@code Upgrade} otherwise than the application alone would. */
    public boolean speaksUnasked() {
        return speaksUnasked;
    }

    /**
     * Whether a request without {@code Upgrade} for this path needs a negotiation all the same: its rule answers 426,
     * or advertises. Allocates nothing for a path in canonical form.
     */
    public boolean speaksUnasked(String path) {
        if (!speaksUnasked) return false;
        String canonical = hasRequired ? PathSpelling.canonical(path) : path;
        for (PathRule rule : rules) {
            if (rule.template().matches(path)) return rule.speaksUnasked();
            if (rule.required() && rule.template().matchesCanonical(canonical)) return true;
        }
        return false;
    }

    /** Fields that only clients of protocols of these rules send. A request with one of them and without {@code Upgrade} needs a negotiation where a rule is for its path. */
    public List<String> clientFields() {
        return clientFields;
    }

    /** Whether a rule is for the path. Allocates nothing for a path in canonical form. */
    public boolean hasRule(String path) {
        String canonical = hasRequired ? PathSpelling.canonical(path) : path;
        for (PathRule rule : rules) {
            if (rule.template().matches(path) || rule.required() && rule.template().matchesCanonical(canonical)) return true;
        }
        return false;
    }

    /** The rules in the order they are tried. */
    public List<PathRule> rules() {
        return List.of(rules);
    }
}
