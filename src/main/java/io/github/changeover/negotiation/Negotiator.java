package io.github.changeover.negotiation;

import io.github.changeover.http.ConnectionField;
import io.github.changeover.negotiation.Explanation.Ground;
import io.github.changeover.negotiation.UpgradeField.Offered;
import io.github.changeover.spi.ContentRule;
import io.github.changeover.spi.Decision;
import io.github.changeover.spi.Gate;
import io.github.changeover.spi.ProtocolToggles;
import io.github.changeover.spi.ProtocolToken;
import io.github.changeover.spi.UpgradeProtocol;
import io.github.changeover.spi.UpgradeRequest;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Compares the protocols offered by the client with the rule of the path and decides. RFC 9110 section 7.8. The steps are in the order of
 * the RFC.
 *
 * <pre>
 * GET /echo HTTP/1.1  Connection: Upgrade  Upgrade: example/1, foo/2     Switch [example/1]
 * GET /echo HTTP/1.0  Connection: Upgrade  Upgrade: example/1, foo/2     Ignore
 * </pre>
 */
public final class Negotiator {
    private static final ProtocolToken HTTP_1_1 = ProtocolToken.of("HTTP/1.1");
    private static final Decision SWITCHED_OFF = new Decision.Ignore("disabled at run time");
    private static final Decision OTHER_METHOD = new Decision.Ignore("not supported for this method");
    private static final Decision NO_CONTENT = new Decision.Ignore("not supported for a request with content");
    private static final Decision NOT_ONE_HOST = new Decision.Refuse(400,
            "The request must have exactly one Host field, with a host and an optional port.");
    private static final Decision UNKNOWN_CODING = new Decision.Refuse(501,
            "The transfer coding is not supported: send the content with Content-Length or chunked.");
    private static final Decision OTHER_ROLE = new Decision.Refuse(403, "Your account lacks a role that is allowed to upgrade on this path.");
    private static final Decision NO_LOGIN = new Decision.Refuse(401, "An upgrade on this path requires a login.");

    private static final Decision STARTING = UpgradeResponse.retryLater(503, "The application is starting: repeat the request in a few seconds.");

    private static final String NOTHING_OFFERED = "No protocol is offered on this path.";

    private final UpgradeRequest request;
    private final PathRule rule;
    private final ProtocolToggles toggles;
    private final UpgradeRequestFields fields;
    private final Offered offered;
    private final List<Explanation.CandidateResult> tried = new ArrayList<>(2);
    private Optional<List<ProtocolToken>> enabledProtocols = Optional.empty();

    private Negotiator(UpgradeRequest request, PathRule rule, ProtocolToggles toggles, UpgradeRequestFields fields, Offered offered) {
        this.request = request;
        this.rule = rule;
        this.toggles = toggles;
        this.fields = fields;
        this.offered = offered;
    }

    /**
     * Decides on a request, with or without an {@code Upgrade} field.
     *
     * @param request  the request with the path parameters of the match, and with those of the rule's roles that the user has
     * @param match    the rule of its path
     * @param toggles the protocols that are disabled at present
     * @throws IllegalStateException if a protocol or a gate throws or returns null, or if a protocol switches to a token that was not
     *                               offered
     */
    public static Verdict negotiate(UpgradeRequest request, Optional<PathPolicy.Match> match, ProtocolToggles toggles) {
        UpgradeRequestFields head = new UpgradeRequestFields(request);
        Offered offered = UpgradeField.parse(head.upgrade());
        if (match.isEmpty() || match.get().rule().hasNoOffer() && !match.get().rule().required()) {
            String reason = "no rule matches this path";
            Explanation explanation = new Explanation(Explanation.Outcome.IGNORED, OptionalInt.empty(), request.method(),
                    request.path(), offered, Optional.empty(), List.of(), List.of(), Ground.NO_RULE, reason);
            return new Verdict(new Decision.Ignore(reason), Optional.empty(), Optional.empty(), false, List.of(), false, explanation);
        }
        Negotiator negotiator = new Negotiator(request, match.get().rule(), toggles, head, offered);
        return match.get().rule().hasNoOffer() ? negotiator.withoutOffers(NOTHING_OFFERED) : negotiator.decide();
    }

    /**
     * Decides on a request while no protocol is available at all, for example on an unsupported container. If the rule of the path is set
     * to required, the request is refused with 503. Every other request is ignored.
     *
     * @param cause why no protocol is available, as a sentence that names the setting
     */
    public static Verdict negotiateWithoutOffers(UpgradeRequest request, PathPolicy.Match match, String cause) {
        UpgradeRequestFields head = new UpgradeRequestFields(request);
        return new Negotiator(request, match.rule(), new ProtocolToggles(), head, UpgradeField.parse(head.upgrade())).withoutOffers(cause);
    }

    /**
     * Decides on a request that arrives while the application starts, when its rules may still change. The request is refused with 503 if
     * the rule of its path is required, or if it {@linkplain #requestsProtocol requests} a protocol of the rule or of {@code late}. Every other
     * request is ignored.
     *
     * @param match the rule of its path so far
     * @param lateProtocols  the protocols that may still be added on any path
     */
    public static Verdict negotiateWhileStarting(UpgradeRequest request, Optional<PathPolicy.Match> match, Collection<ProtocolToken> lateProtocols) {
        UpgradeRequestFields head = new UpgradeRequestFields(request);
        Offered offered = UpgradeField.parse(head.upgrade());
        boolean requiresUpgrade = match.isPresent() && new Negotiator(request, match.get().rule(), new ProtocolToggles(), head, offered).owed();
        boolean mustWait = requiresUpgrade || requestsProtocol(request, match, lateProtocols);
        Decision decision = mustWait ? STARTING : new Decision.Ignore("none of the offered protocols is supported on this path");
        Ground ground = mustWait ? Ground.STARTING : head.upgrade().isEmpty() ? Ground.NO_OFFER : Ground.NOT_SERVED;
        Explanation explanation = new Explanation(outcome(decision), status(decision), request.method(), request.path(), offered,
                match.map(found -> found.rule().template()), List.of(), List.of(), ground, mustWait ? "the application is starting" : reason(decision));
        return new Verdict(decision, Optional.empty(), Optional.empty(), false, List.of(), requiresUpgrade, explanation);
    }

    /**
     * Returns whether a well-formed upgrade request offers a protocol that is supported on its path, or one of the given protocols.
     *
     * @param match  the rule of its path
     * @param others the other protocols to look for
     */
    public static boolean requestsProtocol(UpgradeRequest request, Optional<PathPolicy.Match> match, Collection<ProtocolToken> others) {
        UpgradeRequestFields head = new UpgradeRequestFields(request);
        return head.isHttp11() && ConnectionField.has(head.connection(), "upgrade") && UpgradeField.parse(head.upgrade()) instanceof Offered.Present present
                && (!Collections.disjoint(present.offer().tokens(), others) || match.isPresent() && !Candidate.of(match.get().rule(), present.offer().tokens()).isEmpty());
    }

    private Verdict withoutOffers(String cause) {
        String reason = "no protocol is offered";
        Decision decision = !owed() ? new Decision.Ignore(reason) : new Decision.Refuse(503, "This resource requires a protocol upgrade, but this server supports none. "
                + cause + setting());
        Explanation explanation = new Explanation(outcome(decision), status(decision), request.method(), request.path(), offered,
                Optional.of(rule.template()), List.of(), List.of(), Ground.NOT_SERVED, reason);
        return new Verdict(decision, Optional.empty(), Optional.empty(), false, List.of(), owed(), explanation);
    }

    private Verdict decide() {
        Optional<String> clientField = clientField();
        if (fields.upgrade().isEmpty() && clientField.isPresent() && request.method().equals("GET") && !served().isEmpty()) {
            Decision lost = new Decision.Refuse(fields.isHttp1() ? 426 : 505, UpgradeField.lost(clientField.get()));
            return verdict(lost, Optional.empty(), Ground.LOST_OFFER, "it has " + clientField.get() + " and no Upgrade field: a proxy has probably removed Upgrade and Connection");
        }
        if (!fields.isHttp11()) return notSwitched(Ground.NOT_HTTP11, "the request is not HTTP/1.1");
        if (fields.upgrade().isEmpty()) return notSwitched(Ground.NO_OFFER, "the request has no Upgrade field");
        if (!ConnectionField.has(fields.connection(), "upgrade")) {
            return notSwitched(Ground.CONNECTION_FIELD, "Connection does not list upgrade" + (clientField.isPresent() ? ": a proxy has probably removed it" : ""));
        }
        if (offered instanceof Offered.Oversized oversized) return notSwitched(Ground.MALFORMED_OFFER, oversized.reason());
        if (fields.isFramedTwice()) return notSwitched(Ground.MALFORMED_MESSAGE, "the request has both Transfer-Encoding and Content-Length");
        return offered instanceof Offered.Present present ? choose(present.offer().tokens())
                : notSwitched(Ground.MALFORMED_OFFER, "Upgrade contains no well-formed protocol");
    }

    /** Returns a header field of this request that only clients of one of the rule's protocols send. */
    private Optional<String> clientField() {
        for (String field : rule.clientFields()) {
            if (request.fields().contains(field)) return Optional.of(field);
        }
        return Optional.empty();
    }

    private Verdict choose(List<ProtocolToken> tokens) {
        List<Candidate> candidates = Candidate.of(rule, tokens);
        if (candidates.isEmpty()) return notSwitched(Ground.NOT_SERVED, "none of the offered protocols is supported on this path");
        if (!fields.hasOneHost()) {
            return verdict(NOT_ONE_HOST, Optional.empty(), Ground.MALFORMED_MESSAGE, "the request does not have exactly one valid Host field");
        }
        if (fields.hasUnknownCoding()) {
            return verdict(UNKNOWN_CODING, Optional.empty(), Ground.MALFORMED_MESSAGE, "the request has a transfer coding other than chunked");
        }
        for (Candidate candidate : candidates) {
            Decision decision = decideBy(candidate);
            String reason = reason(decision);
            tried.add(new Explanation.CandidateResult(candidate.offered(), reason));
            if (!(decision instanceof Decision.Ignore)) return verdict(decision, Optional.of(candidate), ground(decision), reason);
        }
        return notSwitched(Ground.DECLINED, "no offered protocol accepted the request");
    }

    private static Ground ground(Decision decision) {
        if (decision instanceof Decision.Switch) return Ground.AGREED;
        return decision == NO_LOGIN || decision == OTHER_ROLE ? Ground.ROLE : Ground.REFUSED;
    }

    private static String reason(Decision decision) {
        if (decision instanceof Decision.Ignore ignore) return ignore.reason();
        return decision instanceof Decision.Refuse refuse ? refuse.reason() : "switched";
    }

    private Decision decideBy(Candidate candidate) {
        if (toggles.isOff(candidate.token())) return SWITCHED_OFF;
        UpgradeProtocol protocol = candidate.protocol();
        ContentRule content = Candidate.callProtocol(protocol, protocol::content);
        if (!content.allowsMethod(request.method())) return OTHER_METHOD;
        if (!content.content() && request.hasContent()) return NO_CONTENT;

        if (!rule.roles().isEmpty() && Collections.disjoint(rule.roles(), request.roles())) {
            return request.principal().isPresent() ? OTHER_ROLE : NO_LOGIN;
        }
        for (Gate gate : rule.gates()) {
            Optional<Decision.Refuse> refusal = check(gate, candidate.token());
            if (refusal.isPresent()) return refusal.get();
        }

        Decision decision = Candidate.callProtocol(protocol, () -> protocol.negotiate(request, candidate.token()));
        if (!(decision instanceof Decision.Switch change)) return decision;
        requireOffered(change, candidate);
        return withOfferedSpelling(change, candidate);
    }

    /** Returns the same switch with every layer in its registered spelling, whatever the client or the protocol wrote. */
    private static Decision.Switch withOfferedSpelling(Decision.Switch change, Candidate candidate) {
        List<ProtocolToken> layers = new ArrayList<>(change.layers().size());
        boolean same = true;
        for (ProtocolToken layer : change.layers()) {
            ProtocolToken named = layer.equals(HTTP_1_1) ? HTTP_1_1 : Candidate.registered(candidate.protocol(), layer);
            same &= named.name().equals(layer.name());
            layers.add(named);
        }
        return same ? change : new Decision.Switch(layers, change.fields(), change.handler(), change.remark());
    }

    private Optional<Decision.Refuse> check(Gate gate, ProtocolToken token) {
        Optional<Decision.Refuse> refusal;
        try {
            refusal = gate.check(request, token);
        } catch (RuntimeException thrown) {
            throw new IllegalStateException("Gate " + gate.getClass().getName() + " failed on " + token + ": " + thrown, thrown);
        }
        if (refusal == null) {
            throw new IllegalStateException("Gate " + gate.getClass().getName() + " returned null; return Optional.empty() to let " + token + " pass");
        }
        return refusal;
    }

    /**
     * Checks that the client listed every layer of the switch in this request, and that the candidate is one of the layers. Only HTTP/1.1
     * may be on top without being listed, because the client supports it already, as in {@code TLS/1.2, HTTP/1.1} (RFC 2817 section 3.3).
     */
    private void requireOffered(Decision.Switch change, Candidate candidate) {
        List<ProtocolToken> listed = ((Offered.Present) offered).offer().tokens();
        List<ProtocolToken> layers = change.layers();
        for (int i = 0; i < layers.size(); i++) {
            ProtocolToken layer = layers.get(i);
            if (!listed.contains(layer) && !(i > 0 && layer.equals(HTTP_1_1))) throw notOffered(candidate, layers, layer + " was not offered");
        }
        if (!layers.contains(candidate.token())) throw notOffered(candidate, layers, "negotiate() was called for " + candidate.token());
    }

    private static IllegalStateException notOffered(Candidate candidate, List<ProtocolToken> layers, String fault) {
        return new IllegalStateException("Protocol " + candidate.protocol().getClass().getName() + " switches to " + layers
                + ", but " + fault + " (RFC 9110 section 7.8). Switch to the token that negotiate() was given, or return Ignore");
    }

    /** No protocol was chosen: ordinary HTTP continues, unless the rule requires an upgrade. */
    private Verdict notSwitched(Ground ground, String reason) {
        return verdict(owed() ? upgradeRequired() : new Decision.Ignore(reason), Optional.empty(), ground, reason);
    }

    /** Returns whether the rule is set to required and the request does not already arrive over one of its protocols. */
    private boolean owed() {
        return rule.required() && rule.protocols().stream().noneMatch(protocol -> Candidate.callProtocol(protocol, () -> protocol.isSpoken(request)));
    }

    private String setting() {
        return " (The rule for " + rule.template() + " is set to required.)";
    }

    private Decision upgradeRequired() {
        String setting = setting();
        if (!fields.isHttp1()) {
            return new Decision.Refuse(505, "This resource requires a protocol upgrade, which only HTTP/1.1 supports: repeat the request over HTTP/1.1." + setting);
        }
        List<ProtocolToken> served = served();
        if (served.isEmpty()) {
            return new Decision.Refuse(503, "This resource requires a protocol upgrade, but all its protocols are disabled at present "
                    + "(by changeover.off or by an operator): try again later." + setting);
        }
        String list = served.stream().map(ProtocolToken::toString).collect(Collectors.joining(", "));
        return new Decision.Refuse(fields.isHttp11() ? 426 : 505, "This resource requires a protocol upgrade: repeat the request over HTTP/1.1 with 'Connection: Upgrade' and 'Upgrade: "
                + list + "' or one of these protocols." + setting);
    }

    /** Returns the rule's protocols that are not disabled, in the server's order. The result is the same throughout one negotiation. */
    private List<ProtocolToken> served() {
        if (enabledProtocols.isEmpty()) {
            Set<ProtocolToken> tokens = new LinkedHashSet<>();
            for (UpgradeProtocol protocol : rule.protocols()) {
                if (Candidate.callProtocol(protocol, () -> protocol.isSpoken(request))) continue;
                List<ProtocolToken> on = Candidate.callProtocol(protocol, protocol::tokens).stream().filter(token -> !toggles.isOff(token)).toList();
                if (!on.stream().allMatch(HTTP_1_1::equals)) tokens.addAll(on);     // HTTP/1.1 is valid only on top of another protocol
            }
            enabledProtocols = Optional.of(List.copyOf(tokens));
        }
        return enabledProtocols.get();
    }

    private Verdict verdict(Decision decision, Optional<Candidate> candidate, Ground ground, String reason) {
        Explanation explanation = new Explanation(outcome(decision), status(decision), request.method(), request.path(), offered,
                Optional.of(rule.template()), tried, decision instanceof Decision.Switch change ? change.layers() : List.of(), ground, reason, remark(decision));
        return new Verdict(decision, candidate.map(Candidate::protocol), candidate.map(Candidate::token), closes(decision),
                upgradeList(decision, candidate), owed(), explanation);
    }

    private static String remark(Decision decision) {
        if (decision instanceof Decision.Switch change) return change.remark();
        return decision instanceof Decision.Refuse refuse ? refuse.remark() : "";
    }

    private static Explanation.Outcome outcome(Decision decision) {
        if (decision instanceof Decision.Switch) return Explanation.Outcome.SWITCHED;
        return decision instanceof Decision.Refuse ? Explanation.Outcome.REFUSED : Explanation.Outcome.IGNORED;
    }

    private static OptionalInt status(Decision decision) {
        return decision instanceof Decision.Refuse refuse ? OptionalInt.of(refuse.status()) : OptionalInt.empty();
    }

    /**
     * Returns whether the connection must close: after a rejected offer, if the rule requires it (RFC 9931), and after a message with two
     * framings or an unknown transfer coding (RFC 9112 section 6.1).
     */
    private boolean closes(Decision decision) {
        boolean rejected = !fields.upgrade().isEmpty() && !(decision instanceof Decision.Switch);
        boolean ambiguous = fields.isHttp11() && (fields.isFramedTwice() || fields.hasUnknownCoding());
        return rejected && (ambiguous || fields.isHttp1() && rule.closeOnRefuse());
    }

    /**
     * A 426 response always lists a protocol (RFC 9110 section 15.5.22). A 505 response lists what the client needs. Any other response has
     * a list only if the rule advertises.
     */
    private List<ProtocolToken> upgradeList(Decision decision, Optional<Candidate> candidate) {
        boolean is426 = decision instanceof Decision.Refuse refuse && (refuse.status() == 426 || refuse.status() == 505 && !fields.isHttp11());
        if (decision instanceof Decision.Switch || !fields.isHttp1() || !is426 && !rule.advertise()) return List.of();
        List<ProtocolToken> served = served();
        return is426 && served.isEmpty() ? candidate.map(Candidate::token).stream().toList() : served;
    }
}
