package io.github.changeover.negotiation;

import io.github.changeover.negotiation.UpgradeField.Offered;
import io.github.changeover.spi.ProtocolToken;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Why a request was, or was not, switched. It holds what the choice was made from and puts it into words only when
 * asked: one line for a log, or a map for JSON. Both are printable ASCII and bounded, whatever the client sent, and
 * hold nothing of the query, of fields but {@code Upgrade}, or of the user.
 *
 * <pre>
 * switched GET /echo to example/1: offered [example/1, foo/2], rule /echo
 * ignored GET /echo, Connection does not list upgrade: offered [foo/2], rule /echo
 * </pre>
 *
 * @param outcome    what became of the request
 * @param status     of a refusal
 * @param method     of the request, as written
 * @param path       of the request, as written
 * @param offered    what the client listed
 * @param rule       the template of the path's rule, empty when there is none
 * @param candidates what was asked, in order, and why it was or was not taken
 * @param layers     what the connection changes to, bottom-up; empty unless switched
 * @param ground     why, as one of a few kinds
 * @param reason     why, in a few words
 * @param remark     what the client was not told, or did not get though it switched; empty for nothing
 */
public record Explanation(Outcome outcome, OptionalInt status, String method, String path, Offered offered,
                          Optional<PathTemplate> rule, List<Asked> candidates, List<ProtocolToken> layers, Ground ground, String reason, String remark) {
    private static final int LONGEST_LINE = 1500;
    private static final int LONGEST_TEXT = 400;
    private static final int MOST_ITEMS = 8;

    /** What became of a request. */
    public enum Outcome { SWITCHED, IGNORED, REFUSED }

    /** Why, as one of a few kinds: what counters count by. */
    public enum Ground {
        /** An offered protocol took it. */
        AGREED,
        /** No rule is for the path. */
        NO_RULE,
        /** The message is not HTTP/1.1. */
        NOT_HTTP11,
        /** There is no {@code Upgrade} field. */
        NO_OFFER,
        /** There is no {@code Upgrade} field, and a field that only clients of a protocol of the path send is there: a proxy has removed {@code Upgrade}. */
        LOST_OFFER,
        /** {@code Connection} does not list {@code upgrade}. */
        CONNECTION_FIELD,
        /** {@code Upgrade} is too long, or holds no well-formed protocol. */
        MALFORMED_OFFER,
        /** The message has a framing, a transfer coding or a {@code Host} that it may not have. */
        MALFORMED_MESSAGE,
        /** Nothing that is offered is served on the path. */
        NOT_SERVED,
        /** Every protocol that was asked declined. */
        DECLINED,
        /** The user has none of the roles. */
        ROLE,
        /** A gate or a protocol refused. */
        REFUSED,
        /** A bound of connections, threads or content is reached. */
        LIMIT,
        /** The application is draining. */
        DRAINING,
        /** The application is starting. */
        STARTING,
        /** The application, or the container, left no way to switch. */
        STAYED_HTTP
    }

    /**
     * A protocol that the client offered and the rule knows.
     *
     * @param token as the client wrote it
     * @param why   it was or was not taken
     */
    public record Asked(ProtocolToken token, String why) {
        @Override
        public String toString() {
            return Printable.of(token.toString()) + ": " + Printable.of(why, 160);
        }
    }

    public Explanation {
        candidates = List.copyOf(candidates);
        layers = List.copyOf(layers);
    }

    /** With nothing to remark. */
    public Explanation(Outcome outcome, OptionalInt status, String method, String path, Offered offered,
                       Optional<PathTemplate> rule, List<Asked> candidates, List<ProtocolToken> layers, Ground ground, String reason) {
        this(outcome, status, method, path, offered, rule, candidates, layers, ground, reason, "");
    }

    /** The same request, refused after all. */
    public Explanation refused(int code, Ground why, String words) {
        return new Explanation(Outcome.REFUSED, OptionalInt.of(code), method, path, offered, rule, candidates, List.of(), why, words);
    }

    /** The same request, which stays HTTP after all. */
    public Explanation ignored(Ground why, String words) {
        return new Explanation(Outcome.IGNORED, OptionalInt.empty(), method, path, offered, rule, candidates, List.of(), why, words);
    }

    /** What was done and why, without the request: {@code refused with 403, the user has none of the roles}. */
    public String summary() {
        String done = switch (outcome) {
            case SWITCHED -> word() + " to " + items(layers);
            case IGNORED -> word() + ", " + Printable.of(reason, LONGEST_TEXT);
            case REFUSED -> word() + " with " + status.orElse(500) + ", " + Printable.of(reason, LONGEST_TEXT);
        };
        return remark.isEmpty() ? done : done + " (" + Printable.of(remark, LONGEST_TEXT) + ")";
    }

    /** The same facts by name, for a writer of JSON: values are strings, an integer, lists and maps of those. */
    public Map<String, Object> asMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("outcome", word());
        status.ifPresent(code -> map.put("status", code));
        map.put("method", Printable.of(method));
        map.put("path", shownPath());
        map.put("offered", offered instanceof Offered.Present present ? texts(present.offer().tokens()) : List.of());
        map.put("malformed", texts(malformed()));
        map.put("rule", rule.map(template -> Printable.of(template.toString(), 240)).orElse(""));
        map.put("candidates", candidates.stream()
                .map(candidate -> Map.of("token", Printable.of(candidate.token.toString()), "why", Printable.of(candidate.why, 240)))
                .toList());
        map.put("layers", texts(layers));
        map.put("ground", ground.name().toLowerCase(Locale.ROOT));
        map.put("summary", summary());
        return map;
    }

    /** One line for a log. */
    @Override
    public String toString() {
        StringBuilder line = new StringBuilder(160).append(word()).append(' ').append(Printable.of(method)).append(' ').append(shownPath());
        line.append(summary(), word().length(), summary().length());
        line.append(": offered ").append(offeredText());
        rule.ifPresent(template -> line.append(", rule ").append(Printable.of(template.toString(), 240)));
        for (int i = 0; i < candidates.size() && i < MOST_ITEMS; i++) {
            if (outcome != Outcome.SWITCHED || i < candidates.size() - 1) line.append("; ").append(candidates.get(i));
        }
        return Printable.of(line.toString(), LONGEST_LINE);
    }

    private String word() {
        return outcome.name().toLowerCase(Locale.ROOT);
    }

    /** Without path parameters: they may hold a session's id. */
    private String shownPath() {
        int semicolon = path.indexOf(';');
        return Printable.of(semicolon < 0 ? path : path.substring(0, semicolon), 240);
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
        return items.stream().map(item -> Printable.of(item.toString())).toList();
    }

    private static String items(List<?> items) {
        String some = String.join(", ", texts(items.subList(0, Math.min(items.size(), MOST_ITEMS))));
        return items.size() <= MOST_ITEMS ? some : some + " and " + (items.size() - MOST_ITEMS) + " more";
    }
}
