package io.github.changeover.negotiation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.github.changeover.conformance.Covers;
import io.github.changeover.spi.ContentRule;
import io.github.changeover.spi.Decision;
import io.github.changeover.spi.Fields;
import io.github.changeover.spi.Gate;
import io.github.changeover.spi.ProtocolToggles;
import io.github.changeover.spi.ProtocolToken;
import io.github.changeover.spi.UpgradeRequest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Required paths, roles, gates, refusals by protocols, and programming errors. */
class RejectionTest {
    private static final String SENTENCE = "This resource requires a protocol upgrade: repeat the request over HTTP/1.1 with"
            + " 'Connection: Upgrade' and 'Upgrade: foo/2, example/1' or one of these protocols. (The rule for /r is set to required.)";
    private final ProtocolToggles toggles = new ProtocolToggles();
    private final StubProtocol example = StubProtocol.of("example/1");
    private final StubProtocol foo = StubProtocol.of("foo/2");
    private final PathRule required = PathRule.on("/r").offer(foo, example).required(true).build();

    @ParameterizedTest
    @ValueSource(strings = {"GET /r HTTP/1.1|Host: a", "HEAD /r HTTP/1.1|Host: a", "POST /r HTTP/1.1|Host: a|Content-Length: 5",
            "GET /r HTTP/1.1|Host: a|Connection: Upgrade|Upgrade: unknown", "GET /r HTTP/1.1|Host: a|Upgrade: foo/2",
            "POST /r HTTP/1.1|Host: a|Connection: Upgrade|Upgrade: foo/2", "GET /r HTTP/1.1|Host: a|Content-Length: 5|Connection: Upgrade|Upgrade: foo/2",
            "HEAD /r HTTP/1.1|Host: a|Connection: Upgrade|Upgrade: foo/2"})
    @Covers({"RFC9110-7.8-04", "RFC9110-7.8-07", "RFC9110-15.2-01", "RFC9110-15.5.22-01", "RFC9110-15.5.22-02", "MDN-04"})
    void requiredPathIs426WithUpgradeListAndText(String text) {
        Verdict verdict = decide(required, wire(text));
        assertThat(verdict.decision()).isEqualTo(new Decision.Refuse(426, Fields.none(), SENTENCE));
        assertThat(verdict.upgradeList()).isEqualTo(StubProtocol.tokens("foo/2", "example/1"));
        assertThat(verdict.closeAfterRefusal()).isFalse();
        assertThat(foo.asked).hasValue(0);
    }

    @Test
    @Covers({"MDN-04", "RFC9110-7.8-04"})
    void requiredPathIsSwitchedIfOffered() {
        assertThat(decide(required, TestRequests.offering("/r", "example/1")).decision()).isInstanceOf(Decision.Switch.class);
    }

    @Test
    @Covers("RFC9110-7.8-04")
    void upgradeListHasEachEnabledTokenOnce() {
        PathRule many = PathRule.on("/r").offer(StubProtocol.of("foo/2", "foo/1"), StubProtocol.of("FOO/1", "bar"), example).required(true).build();
        toggles.off(ProtocolToken.of("example/1"));
        assertThat(decide(many, wire("GET /r HTTP/1.1|Host: a")).upgradeList()).isEqualTo(StubProtocol.tokens("foo/2", "foo/1", "bar"));
    }

    @Test
    @Covers("RFC9110-15.5.22-01")
    void requiredPathWithAllTokensDisabledIs503() {
        toggles.offByName("foo");
        toggles.offByName("example");
        Verdict verdict = decide(required, TestRequests.offering("/r", "foo/2"));
        assertThat(status(verdict)).isEqualTo(503);
        assertThat(verdict.upgradeList()).isEmpty();
    }

    @Test
    @Covers({"MDN-11", "RFC9113-8.6-01"})
    void requiredPathOverHttp2Is505WithoutUpgrade() {
        PathRule loud = PathRule.on("/r").offer(foo).required(true).advertise(true).closeOnRefuse(true).build();
        Verdict verdict = decide(loud, wire("GET /r HTTP/2.0|Host: a|Connection: Upgrade|Upgrade: foo/2"));
        assertThat(status(verdict)).isEqualTo(505);
        assertThat(verdict.upgradeList()).isEmpty();
        assertThat(verdict.closeAfterRefusal()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET /r HTTP/1.0", "GET /r HTTP/1.0|Connection: Upgrade|Upgrade: foo/2", "POST /r HTTP/1.0|Content-Length: 5", "GET /r HTTP/2.0|Host: a", "GET /r HTTP/0.9"})
    @DisplayName("H1: a required path is answered 505 over any version other than HTTP/1.1")
    @Covers({"RFC9110-7.8-04", "RFC9110-7.8-07", "RFC9110-15.2-01"})
    void requiredPathIs505ExceptOverHttp11(String text) {
        Verdict verdict = decide(required, wire(text));
        assertThat(status(verdict)).isEqualTo(505);
        assertThat(((Decision.Refuse) verdict.decision()).reason()).contains("over HTTP/1.1").contains("required");
        assertThat(verdict.upgradeList()).as("advice for HTTP/1.0").isEqualTo(text.contains("HTTP/1.0") ? StubProtocol.tokens("foo/2", "example/1") : List.of());
        assertThat(foo.asked).hasValue(0);
    }

    @Test
    @DisplayName("H6: a required path without a protocol is answered 503 with cause and setting, unless the protocol is already in use; other paths are ignored")
    void requiredPathWithoutAProtocolIs503() {
        PathPolicy.Match match = PathPolicy.of(required).match("/r").orElseThrow();
        for (String text : List.of("GET /r HTTP/1.1|Host: a", "GET /r HTTP/1.1|Host: a|Connection: Upgrade|Upgrade: foo/2", "GET /r HTTP/1.0", "GET /r HTTP/2.0|Host: a")) {
            Verdict verdict = Negotiator.negotiateWithoutOffers(wire(text), match, "The cause (changeover.some).");
            assertThat(verdict.decision()).isEqualTo(new Decision.Refuse(503, Fields.none(),
                    "This resource requires a protocol upgrade, but this server supports none. The cause (changeover.some). (The rule for /r is set to required.)"));
            assertThat(verdict.upgradeList()).isEmpty();
        }
        PathRule optional = PathRule.on("/r").offer(foo).advertise(true).build();
        assertThat(Negotiator.negotiateWithoutOffers(wire("GET /r HTTP/1.1|Host: a"), PathPolicy.of(optional).match("/r").orElseThrow(), "").decision())
                .isInstanceOf(Decision.Ignore.class);
        assertThat(foo.asked).hasValue(0);
    }

    @Test
    @Covers("RFC9110-7.8-15")
    void upgradeIsAdvertisedIfConfigured() {
        PathRule advertising = PathRule.on("/r").offer(foo, example).advertise(true).build();
        PathRule silent = PathRule.on("/r").offer(foo, example).build();
        for (UpgradeRequest request : List.of(wire("GET /r HTTP/1.1|Host: a"), TestRequests.offering("/r", "unknown"))) {
            assertThat(decide(advertising, request).upgradeList()).isEqualTo(StubProtocol.tokens("foo/2", "example/1"));
            assertThat(decide(advertising, request).decision()).isInstanceOf(Decision.Ignore.class);
            assertThat(decide(silent, request).upgradeList()).isEmpty();
        }
        assertThat(decide(advertising, TestRequests.offering("/r", "foo/2")).upgradeList()).isEmpty();
    }

    @Test
    @Covers({"RFC9931-02", "RFC9931-03"})
    void connectionClosesAfterAnIgnoredOfferIfConfigured() {
        PathRule closing = PathRule.on("/r").offer(foo).closeOnRefuse(true).build();
        assertThat(decide(closing, TestRequests.offering("/r", "foo/2")).closeAfterRefusal()).isFalse();
        assertThat(decide(closing, TestRequests.offering("/r", "unknown")).closeAfterRefusal()).isTrue();
        assertThat(decide(closing, wire("POST /r HTTP/1.1|Host: a|Connection: Upgrade|Upgrade: foo/2")).closeAfterRefusal()).isTrue();
        assertThat(decide(closing, wire("GET /r HTTP/1.1|Host: a")).closeAfterRefusal()).as("nothing was offered").isFalse();

        StubProtocol no = StubProtocol.answering((request, token) -> new Decision.Refuse(403, "No."), "no");
        assertThat(decide(PathRule.on("/r").offer(no).closeOnRefuse(true).build(), TestRequests.offering("/r", "no")).closeAfterRefusal()).isTrue();
        assertThat(decide(PathRule.on("/r").offer(no).build(), TestRequests.offering("/r", "no")).closeAfterRefusal()).isFalse();
    }

    @Test
    @Covers("RFC9110-11.6-01")
    void rolesAreCheckedBeforeGatesAndProtocols() {
        List<ProtocolToken> gated = new ArrayList<>();
        PathRule staff = PathRule.on("/r").offer(foo).roles("staff", "admin").gate((request, token) -> {
            gated.add(token);
            return Optional.empty();
        }).build();
        UpgradeRequest anybody = TestRequests.offering("/r", "foo/2");
        assertThat(status(decide(staff, anybody))).isEqualTo(401);
        assertThat(status(decide(staff, TestRequests.of(anybody, "ann")))).isEqualTo(403);
        assertThat(status(decide(staff, TestRequests.of(anybody, "ann", "guest")))).isEqualTo(403);
        assertThat(foo.asked).hasValue(0);
        assertThat(gated).isEmpty();
        assertThat(decide(staff, TestRequests.of(anybody, "ann", "admin")).decision()).isInstanceOf(Decision.Switch.class);
        assertThat(gated).hasSize(1);
        assertThat(decide(staff, TestRequests.offering("/r", "unknown")).decision()).as("no candidate, ordinary HTTP").isInstanceOf(Decision.Ignore.class);
    }

    @Test
    void gatesAreAskedInOrderUntilOneRejects() {
        List<String> calls = new ArrayList<>();
        Gate open = (request, token) -> {
            calls.add("open " + token);
            return Optional.empty();
        };
        Gate shut = (request, token) -> {
            calls.add("shut " + token);
            return Optional.of(new Decision.Refuse(503, Fields.of("Retry-After", "5"), "Full."));
        };
        Verdict verdict = decide(PathRule.on("/r").offer(foo, example).gate(open).gate(shut).gate(open).build(), TestRequests.offering("/r", "foo/2, example/1"));
        assertThat(verdict.decision()).isEqualTo(new Decision.Refuse(503, Fields.of("Retry-After", "5"), "Full."));
        assertThat(verdict.token()).contains(ProtocolToken.of("foo/2"));
        assertThat(calls).containsExactly("open foo/2", "shut foo/2");
        assertThat(foo.asked).hasValue(0);
        assertThat(example.asked).hasValue(0);
    }

    @Test
    @Covers({"RFC9110-15.4-01", "RFC9110-15.5.1-01"})
    void rejectionOfAProtocolIsFinal() {
        for (int status : new int[] {301, 307, 400, 403, 500, 503}) {
            StubProtocol no = StubProtocol.answering((request, token) -> new Decision.Refuse(status, Fields.of("Location", "/elsewhere"), "No."), "no");
            Verdict verdict = decide(PathRule.on("/r").offer(no, foo).build(), TestRequests.offering("/r", "no, foo/2"));
            assertThat(verdict.decision()).isEqualTo(new Decision.Refuse(status, Fields.of("Location", "/elsewhere"), "No."));
            assertThat(verdict.protocol()).containsSame(no);
            assertThat(verdict.upgradeList()).isEmpty();
        }
        assertThat(foo.asked).hasValue(0);
    }

    @Test
    @Covers({"RFC9110-7.8-04", "RFC9110-15.5.22-01"})
    void rejection426OfAProtocolGetsTheUpgradeList() {
        StubProtocol version = StubProtocol.answering((request, token) -> new Decision.Refuse(426, Fields.of("Sec-WebSocket-Version", "13"), "Version 13, please."), "websocket");
        PathRule rule = PathRule.on("/r").offer(foo, version).build();
        assertThat(decide(rule, TestRequests.offering("/r", "websocket")).upgradeList()).isEqualTo(StubProtocol.tokens("foo/2", "websocket"));
    }

    @Test
    @Covers({"RFC9110-7.8-02", "RFC9110-7.8-03"})
    void layersAscendWithOptionalHttp11OnTop() {
        List<ProtocolToken> layers = StubProtocol.tokens("TLS/1.2", "HTTP/1.1");
        PathRule rule = PathRule.on("/r").offer(StubProtocol.switchingTo(layers, "TLS/1.2")).build();
        for (String offered : List.of("TLS/1.2", "TLS/1.2, HTTP/1.1")) {
            assertThat(decide(rule, TestRequests.offering("/r", offered)).decision())
                    .isInstanceOfSatisfying(Decision.Switch.class, change -> assertThat(change.layers()).isEqualTo(layers));
        }
    }

    @Test
    @Covers("RFC9110-7.8-03")
    void switchToATokenThatWasNotOfferedThrows() {
        String why = " (RFC 9110 section 7.8). Switch to the token that negotiate() was given, or return Ignore";
        String stub = "Protocol " + StubProtocol.class.getName() + " switches to ";
        assertFails(StubProtocol.switchingTo(StubProtocol.tokens("foo/3"), "foo/2"), stub + "[foo/3], but foo/3 was not offered" + why);
        assertFails(StubProtocol.switchingTo(StubProtocol.tokens("foo"), "foo/2"), stub + "[foo], but foo was not offered" + why);
        assertFails(StubProtocol.switchingTo(StubProtocol.tokens("foo/2", "bar"), "foo/2"), stub + "[foo/2, bar], but bar was not offered" + why);
        assertFails(StubProtocol.switchingTo(StubProtocol.tokens("HTTP/1.1"), "foo/2"), stub + "[HTTP/1.1], but HTTP/1.1 was not offered" + why);
        assertFails(StubProtocol.switchingTo(StubProtocol.tokens("baz"), "foo/2"), stub + "[baz], but negotiate() was called for foo/2" + why);
    }

    @Test
    void failingProtocolOrGateIsNamed() {
        String name = StubProtocol.class.getName();
        assertFails(StubProtocol.answering((request, token) -> null, "foo/2"), "Protocol " + name + " returned null in a negotiation; negotiate() must return a Switch, an Ignore or a Refuse");
        assertFails(StubProtocol.answering((request, token) -> {
            throw new IllegalArgumentException("oops");
        }, "foo/2"), "Protocol " + name + " threw an exception in a negotiation: java.lang.IllegalArgumentException: oops");
        assertFails(foo.with((ContentRule) null), "Protocol " + name + " returned null in a negotiation; negotiate() must return a Switch, an Ignore or a Refuse");

        Gate broken = (request, token) -> null;
        assertThatIllegalStateException().isThrownBy(() -> decide(PathRule.on("/r").offer(foo).gate(broken).build(), TestRequests.offering("/r", "foo/2")))
                .withMessage("Gate " + broken.getClass().getName() + " returned null; return Optional.empty() to let foo/2 pass");
        Gate throwing = (request, token) -> {
            throw new IllegalArgumentException("oops");
        };
        assertThatIllegalStateException().isThrownBy(() -> decide(PathRule.on("/r").offer(foo).gate(throwing).build(), TestRequests.offering("/r", "foo/2")))
                .withMessageContaining("failed on foo/2").withCauseInstanceOf(IllegalArgumentException.class);
    }

    private void assertFails(StubProtocol protocol, String message) {
        assertThatIllegalStateException().isThrownBy(() -> decide(PathRule.on("/r").offer(protocol).build(), TestRequests.offering("/r", "foo/2, baz")))
                .withMessage(message);
    }

    private static UpgradeRequest wire(String text) {
        String[] lines = text.split("\\|");
        return TestRequests.head(lines[0], Arrays.copyOfRange(lines, 1, lines.length));
    }

    private static int status(Verdict verdict) {
        return ((Decision.Refuse) verdict.decision()).status();
    }

    private Verdict decide(PathRule rule, UpgradeRequest request) {
        return Negotiator.negotiate(request, PathPolicy.of(rule).match(request.path()), toggles);
    }
}
