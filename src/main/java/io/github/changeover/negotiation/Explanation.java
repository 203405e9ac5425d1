package io.github.changeover.negotiation;

import io.github.changeover.http.PathSegment;
import io.github.changeover.http.PrintableText;
import io.github.changeover.negotiation.UpgradeField.Offered;
import io.github.changeover.spi.ProtocolToken;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Explains why a request was or was not switched. It stores the facts of the decision and formats them only on request: as one line for a
 * log, or as a map for JSON. Both are printable ASCII of bounded length, whatever the client sent. They contain no query, no header field
 * except {@code Upgrade}, and no user name.
 *
 * <pre>
 * switched GET /echo to example/1: offered [example/1, foo/2], rule /echo
 * ignored GET /echo, Connection does not list upgrade: offered [foo/2], rule /echo
 * </pre>
 *
 * @param outcome    the result for the request
 * @param status     the status code of a refusal
 * @param method     the request method, as sent
 * @param path       the request path, as sent
 * @param offered    the protocols offered by the client
 * @param rule       the template of the path's rule; empty if no rule matches
 * @param candidates the candidates that were tried, in order, each with the reason why it was or was not chosen
 * @param layers     the protocols of the switched connection, bottom-up; empty unless switched
 * @param ground     the reason as a category
 * @param reason     the reason in a few words
 * @param remark     text for the log and the console only: for a switch, what the client requested and did not get; for a refusal, a detail
 *                   that is not sent to the client; empty for none
 */
public record Explanation(Outcome outcome, OptionalInt status, String method, String path, Offered offered,
                          Optional<PathTemplate> rule, List<CandidateResult> candidates, List<ProtocolToken> layers, Ground ground, String reason, String remark) {
    private static final int LONGEST_LINE = 1500;
    private static final int LONGEST_TEXT = 400;
    private static final int MOST_ITEMS = 8;

    /** The result for a request. */
    public enum Outcome { SWITCHED, IGNORED, REFUSED }

    /** The reason as a category. Counters are grouped by it. */
    public enum Ground {
        /** A protocol accepted the request. */
        AGREED,
        /** No rule matches the path. */
        NO_RULE,
        /** The message is not HTTP/1.1. */
        NOT_HTTP11,
        /** The request has no {@code Upgrade} field. */
        NO_OFFER,
        /**
         * The request has no {@code Upgrade} field but has a field that only clients of one of the path's protocols send. A proxy has
         * probably removed {@code Upgrade}.
         */
        LOST_OFFER,
        /** {@code Connection} does not list {@code upgrade}. */
        CONNECTION_FIELD,
        /** {@code Upgrade} is too long or contains no well-formed protocol. */
        MALFORMED_OFFER,
        /** The message has an invalid framing, transfer coding or {@code Host}. */
        MALFORMED_MESSAGE,
        /** The path supports none of the offered protocols. */
        NOT_SERVED,
        /** Every protocol that was tried declined. */
        DECLINED,
        /** The user has none of the required roles. */
        ROLE,
        /** A gate or a protocol refused the request. */
        REFUSED,
        /** A limit of connections, threads or content is reached. */
        LIMIT,
        /** The application is draining. */
        DRAINING,
        /** The application is starting. */
        STARTING,
        /** The application or the container made the switch impossible. */
        STAYED_HTTP
    }

    /**
     * A protocol that was offered by the client and is supported by the rule.
     *
     * @param token the token as the client wrote it
     * @param why   the reason why it was or was not chosen
     */
    public record CandidateResult(ProtocolToken token, String why) {
        @Override
        public String toString() {
            return PrintableText.of(token.toString()) + ": " + PrintableText.of(why, 160);
        }
    }

    public Explanation {
        candidates = List.copyOf(candidates);
        layers = List.copyOf(layers);
    }

    /** Creates an explanation without a remark. */
    public Explanation(Outcome outcome, OptionalInt status, String method, String path, Offered offered,
                       Optional<PathTemplate> rule, List<CandidateResult> candidates, List<ProtocolToken> layers, Ground ground, String reason) {
        this(outcome, status, method, path, offered, rule, candidates, layers, ground, reason, "");
    }

    /** Returns the same explanation, changed to a refusal. */
    public Explanation refused(int code, Ground why, String words) {
        return new Explanation(Outcome.REFUSED, OptionalInt.of(code), method, path, offered, rule, candidates, List.of(), why, words);
    }

    /** Returns the same explanation, changed to an ignored request: ordinary HTTP continues. */
    public Explanation ignored(Ground why, String words) {
        return new Explanation(Outcome.IGNORED, OptionalInt.empty(), method, path, offered, rule, candidates, List.of(), why, words);
    }

    /** Returns the result and the reason without the request: {@code refused with 403, the user has none of the roles}. */
    public String summary() {
        String done = switch (outcome) {
            case SWITCHED -> label() + " to " + items(layers);
            case IGNORED -> label() + ", " + PrintableText.of(reason, LONGEST_TEXT);
            case REFUSED -> label() + " with " + status.orElse(500) + ", " + PrintableText.of(reason, LONGEST_TEXT);
        };
        return remark.isEmpty() ? done : done + " (" + PrintableText.of(remark, LONGEST_TEXT) + ")";
    }

    /** Returns the same facts by name, for a JSON writer. The values are strings, one integer, lists and maps of these. */
    public Map<String, Object> asMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("outcome", label());
        status.ifPresent(code -> map.put("status", code));
        map.put("method", PrintableText.of(method));
        map.put("path", shownPath());
        map.put("offered", offered instanceof Offered.Present present ? texts(present.offer().tokens()) : List.of());
        map.put("malformed", texts(malformed()));
        map.put("rule", rule.map(template -> PrintableText.of(template.toString(), PrintableText.LONG)).orElse(""));
        map.put("candidates", candidates.stream()
                .map(candidate -> Map.of("token", PrintableText.of(candidate.token.toString()), "why", PrintableText.of(candidate.why, PrintableText.LONG)))
                .toList());
        map.put("layers", texts(layers));
        map.put("ground", ground.name().toLowerCase(Locale.ROOT));
        map.put("summary", summary());
        return map;
    }

    /** Returns one line for a log. */
    @Override
    public String toString() {
        StringBuilder line = new StringBuilder(160).append(label()).append(' ').append(PrintableText.of(method)).append(' ').append(shownPath());
        line.append(summary(), label().length(), summary().length());
        line.append(": offered ").append(offeredText());
        rule.ifPresent(template -> line.append(", rule ").append(PrintableText.of(template.toString(), PrintableText.LONG)));
        for (int i = 0; i < candidates.size() && i < MOST_ITEMS; i++) {
            if (outcome != Outcome.SWITCHED || i < candidates.size() - 1) line.append("; ").append(candidates.get(i));
        }
        return PrintableText.of(line.toString(), LONGEST_LINE);
    }

    private String label() {
        return outcome.name().toLowerCase(Locale.ROOT);
    }

    /** Omits path parameters, because they may contain a session ID. */
    private String shownPath() {
        return PrintableText.of(PathSegment.withoutParameters(path), PrintableText.LONG);
    }

    private String offeredText() {
        String tokens = offered instanceof Offered.Present present ? '[' + items(present.offer().tokens()) + ']'
                : offered instanceof Offered.Oversized ? "too much" : "nothing";
        return malformed().isEmpty() ? tokens : tokens + ", malformed [" + items(malformed()) + ']';
    }

    private List<String> malformed() {
        return offered instanceof Offered.Present present ? present.offer().malformed()
                : offered instanceof Offered.Absent absent ? absent.malformed() : List.of();
    }

    private static List<String> texts(List<?> items) {
        return items.stream().map(item -> PrintableText.of(item.toString())).toList();
    }

    private static String items(List<?> items) {
        String some = String.join(", ", texts(items.subList(0, Math.min(items.size(), MOST_ITEMS))));
        return items.size() <= MOST_ITEMS ? some : some + " and " + (items.size() - MOST_ITEMS) + " more";
    }
}
