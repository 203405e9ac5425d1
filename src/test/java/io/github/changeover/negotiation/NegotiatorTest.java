package io.github.changeover.negotiation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.github.changeover.conformance.Covers;
import io.github.changeover.spi.ContentRule;
import io.github.changeover.spi.Decision;
import io.github.changeover.spi.Fields;
import io.github.changeover.spi.ProtocolToggles;
import io.github.changeover.spi.ProtocolToken;
import io.github.changeover.spi.UpgradeRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whether a request is switched, and to which protocol. */
class NegotiatorTest {
    private final ProtocolToggles toggles = new ProtocolToggles();
    private final StubProtocol example = StubProtocol.of("example/1");
    private final StubProtocol foo = StubProtocol.of("foo/2");
    private final PathRule rule = PathRule.on("/r").offer(foo, example).build();

    @ParameterizedTest(name = "[{index}] a path with {0} is offered {1}: {2}")
    @CsvSource(delimiter = '|', nullValues = "ignored", value = {
            "foo/2         | example/1, foo/2                            | foo/2",
            "IRC/6.9       | HTTP/2.0, SHTTP/1.3, IRC/6.9, RTA/x11       | IRC/6.9",
            "SHTTP/1.3     | HTTP/2.0, SHTTP/1.3, IRC/6.9, RTA/x11       | SHTTP/1.3",
            "RTA/x11       | HTTP/2.0, SHTTP/1.3, IRC/6.9, RTA/x11       | RTA/x11",
            "a_protocol/1  | a_protocol/1, example ,another_protocol/2.2 | a_protocol/1",
            "example       | a_protocol/1, example ,another_protocol/2.2 | example",
            "another_protocol/2.2 | a_protocol/1, example ,another_protocol/2.2 | another_protocol/2.2",
            "example/1     | foo/2                                       | ignored",
            "example/1     | example/2                                   | ignored",
            "example/1     | example                                     | ignored",
            "example       | example/1                                   | ignored",
            "websocket     | websocket/13                                | ignored",
            "RTA/x11       | RTA/X11                                     | ignored",
            "websocket     | HTTP/2.0                                    | ignored",
            "websocket     | HTTP/1.1                                    | ignored",
            "h2c           | h2                                          | ignored",
            "websocket     | WEBSOCKET                                   | websocket",
            "websocket     | WebSocket                                   | websocket",
            "h2c           | H2C                                         | h2c",
            "TLS/1.2       | Tls/1.2                                     | TLS/1.2",
            "example/1     | \", example/1,,\"                           | example/1",
            "example/1     | foo/, /1, a b, foo/1/2, example/1           | example/1"})
    @Covers({"MDN-01", "MDN-05", "MDN-06", "RFC9110-7.8-03", "RFC9110-7.8-05", "RFC9110-7.8-12", "RFC9110-7.8-13", "RFC9110-7.8-14", "RFC9110-5.6.1-01", "IANA-02"})
    void tokensMatchByNameAndVersion(String served, String offered, String switched) {
        Verdict verdict = decide(PathRule.on("/r").offer(StubProtocol.of(served)).build(), TestRequests.offering("/r", offered.replace("\"", "")));
        assertThat(verdict.token()).isEqualTo(Optional.ofNullable(switched).map(ProtocolToken::of));
        assertThat(verdict.token().map(ProtocolToken::toString)).isEqualTo(Optional.ofNullable(switched));
        assertThat(verdict.decision()).isInstanceOf(switched == null ? Decision.Ignore.class : Decision.Switch.class);
        assertThat(verdict.upgradeList()).isEmpty();
        assertThat(verdict.closeAfterRefusal()).isFalse();
    }

    @Test
    @Covers({"RFC9110-7.8-21"})
    void severalUpgradeLinesAreOneList() {
        assertThat(switchedTo(decide(rule, TestRequests.offering("/r", "unknown", "example/1", "foo/2")))).isEqualTo("[example/1]");
        assertThat(switchedTo(decide(rule, TestRequests.offering("/r", "unknown, example/1, foo/2")))).isEqualTo("[example/1]");
    }

    @Test
    @Covers("RFC9110-7.8-11")
    void clientOrderDecidesUnlessServerIsPreferred() {
        PathRule servers = PathRule.on("/r").offer(foo, example).preference(Preference.SERVER).build();
        assertThat(switchedTo(decide(rule, TestRequests.offering("/r", "example/1, foo/2")))).isEqualTo("[example/1]");
        assertThat(switchedTo(decide(rule, TestRequests.offering("/r", "foo/2, example/1")))).isEqualTo("[foo/2]");
        assertThat(switchedTo(decide(servers, TestRequests.offering("/r", "example/1, foo/2")))).isEqualTo("[foo/2]");
        assertThat(switchedTo(decide(servers, TestRequests.offering("/r", "foo/2, example/1")))).isEqualTo("[foo/2]");
    }

    @Test
    @Covers("RFC9110-7.8-11")
    void serverOrderAppliesToTokensOfAProtocol() {
        StubProtocol versions = StubProtocol.of("foo/2", "foo/1");
        assertThat(switchedTo(decide(PathRule.on("/r").offer(versions).preference(Preference.SERVER).build(), TestRequests.offering("/r", "foo/1, foo/2")))).isEqualTo("[foo/2]");
        assertThat(switchedTo(decide(PathRule.on("/r").offer(versions).build(), TestRequests.offering("/r", "foo/1, foo/2")))).isEqualTo("[foo/1]");
    }

    @Test
    @Covers("RFC9110-7.8-22")
    void eachPathHasItsOwnProtocols() {
        PathPolicy policy = PathPolicy.of(rule, PathRule.on("/other").offer(StubProtocol.of("other")).build());
        for (String path : List.of("/other", "/none")) {
            UpgradeRequest request = TestRequests.offering(path, "foo/2");
            assertThat(Negotiator.negotiate(request, policy.match(path), toggles).decision()).isInstanceOf(Decision.Ignore.class);
        }
        assertThat(Negotiator.negotiate(TestRequests.offering("/r", "foo/2"), policy.match("/r"), toggles).decision()).isInstanceOf(Decision.Switch.class);
    }

    static Stream<Arguments> ignored() {
        String get = "GET /r HTTP/1.1";
        return Stream.of(
                arguments("the request is not HTTP/1.1", head("GET /r HTTP/1.0", "Host: a", "Connection: Upgrade", "Upgrade: foo/2")),
                arguments("the request is not HTTP/1.1", head("GET /r HTTP/2.0", "Host: a", "Connection: Upgrade", "Upgrade: foo/2")),
                arguments("the request is not HTTP/1.1", head("GET /r HTTP/2", "Host: a", "Connection: Upgrade", "Upgrade: foo/2")),
                arguments("the request is not HTTP/1.1", head("GET /r HTTP/1.2", "Host: a", "Connection: Upgrade", "Upgrade: foo/2")),
                arguments("the request has no Upgrade field", head(get, "Host: a", "Connection: Upgrade")),
                arguments("Connection does not list upgrade", head(get, "Host: a", "Upgrade: foo/2")),
                arguments("Connection does not list upgrade", head(get, "Host: a", "Connection: keep-alive", "Upgrade: foo/2")),
                arguments("Connection does not list upgrade", head(get, "Host: a", "Connection: no-upgrade", "Upgrade: foo/2")),
                arguments("Upgrade contains no well-formed protocol", head(get, "Host: a", "Connection: Upgrade", "Upgrade: ")),
                arguments("Upgrade contains no well-formed protocol", head(get, "Host: a", "Connection: Upgrade", "Upgrade: foo/, \"foo/2\"")),
                arguments("Upgrade has more than 64 list members", head(get, "Host: a", "Connection: Upgrade", "Upgrade: foo/2" + ",".repeat(64))),
                arguments("the request has both Transfer-Encoding and Content-Length", head("POST /r HTTP/1.1", "Host: a", "Connection: Upgrade", "Upgrade: foo/2", "Transfer-Encoding: chunked", "Content-Length: 5")),
                arguments("none of the offered protocols is supported on this path", head(get, "Host: a", "Connection: Upgrade", "Upgrade: foo/3")),
                arguments("no offered protocol accepted the request", head("POST /r HTTP/1.1", "Host: a", "Connection: Upgrade", "Upgrade: foo/2")));
    }

    @ParameterizedTest(name = "[{index}] {0}")
    @MethodSource("ignored")
    @Covers({"RFC9110-7.8-05", "RFC9110-7.8-07", "RFC9110-7.8-10", "RFC9110-15.2-01", "RFC9110-5.6.1-02", "RFC9112-6.1-02", "MDN-11", "RFC9113-8.6-01"})
    void requestIsIgnoredWithAReason(String reason, UpgradeRequest request) {
        Verdict verdict = decide(rule, request);
        assertThat(verdict.decision()).isEqualTo(new Decision.Ignore(reason));
        assertThat(verdict.protocol()).isEmpty();
        assertThat(verdict.upgradeList()).isEmpty();
        assertThat(foo.asked).hasValue(0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"keep-alive, UPGRADE", "Upgrade, close", "\tupgrade ,", "HTTP2-Settings, Upgrade"})
    @Covers({"RFC9110-7.6.1-01", "RFC9110-7.6.1-03"})
    void otherConnectionOptionsAreIgnored(String connection) {
        assertThat(switchedTo(decide(rule, head("GET /r HTTP/1.1", "Host: a", "Connection: " + connection, "Upgrade: foo/2")))).isEqualTo("[foo/2]");
    }

    @Test
    @Covers("RFC9112-6.1-02")
    void messageWithLengthAndTransferEncodingIsNotSwitchedAndCloses() {
        PathRule tcp = PathRule.on("/r").offer(foo.with(ContentRule.allowing("POST"))).build();
        Verdict verdict = decide(tcp, head("POST /r HTTP/1.1", "Host: a", "Connection: Upgrade", "Upgrade: foo/2", "Transfer-Encoding: chunked", "Content-Length: 5"));
        assertThat(verdict.decision()).isInstanceOf(Decision.Ignore.class);
        assertThat(verdict.closeAfterRefusal()).isTrue();
    }

    @Test
    @Covers({"RFC9110-7.2-01", "RFC9112-3.2-01"})
    void switchNeedsExactlyOneHost() {
        for (UpgradeRequest request : List.of(head("GET /r HTTP/1.1", "Connection: Upgrade", "Upgrade: foo/2"),
                head("GET /r HTTP/1.1", "Host: a", "Host: a", "Connection: Upgrade", "Upgrade: foo/2"))) {
            assertThat(decide(rule, request).decision()).isInstanceOfSatisfying(Decision.Refuse.class, refuse -> assertThat(refuse.status()).isEqualTo(400));
        }
        assertThat(foo.asked).hasValue(0);
    }

    @ParameterizedTest(name = "[{index}] {0} {1}: {2}")
    @CsvSource(value = {
            "GET,     ,                           true,  false, false",
            "GET,     Content-Length: 0,          true,  false, false",
            "GET,     Content-Length: 5,          false, false, true",
            "GET,     Transfer-Encoding: chunked, false, false, true",
            "HEAD,    ,                           false, false, true",
            "POST,    ,                           false, true,  true",
            "POST,    Content-Length: 5,          false, true,  true",
            "POST,    Transfer-Encoding: chunked, false, true,  true",
            "OPTIONS, ,                           false, false, true",
            "get,     ,                           false, false, true"})
    @Covers({"RFC9931-07", "RFC9112-APP-01", "MDN-13"})
    void protocolDecidesOnMethodAndContent(String method, String field, boolean none, boolean post, boolean any) {
        UpgradeRequest request = field == null ? head(method + " /r HTTP/1.1", "Host: a", "Connection: Upgrade", "Upgrade: foo/2")
                : head(method + " /r HTTP/1.1", "Host: a", field, "Connection: Upgrade", "Upgrade: foo/2");
        assertThat(toggles(request, ContentRule.NONE)).isEqualTo(none);
        assertThat(toggles(request, ContentRule.allowing("POST"))).isEqualTo(post);
        assertThat(toggles(request, new ContentRule(Set.of(), true))).isEqualTo(any || none);
    }

    @Test
    @Covers({"RFC9110-7.8-05", "RFC9110-7.8-06"})
    void nextCandidateIsAskedIfOneIgnores() {
        StubProtocol shy = StubProtocol.answering((request, token) -> new Decision.Ignore("not today"), "shy");
        PathRule both = PathRule.on("/r").offer(shy, foo).build();
        assertThat(switchedTo(decide(both, TestRequests.offering("/r", "shy, foo/2")))).isEqualTo("[foo/2]");
        assertThat(decide(both, TestRequests.offering("/r", "shy, Shy, shy")).decision()).isEqualTo(new Decision.Ignore("no offered protocol accepted the request"));
        assertThat(shy.asked).as("once for each request").hasValue(2);
    }

    @Test
    void disabledTokenIsSkipped() {
        toggles.off(ProtocolToken.of("example/1"));
        assertThat(switchedTo(decide(rule, TestRequests.offering("/r", "example/1, foo/2")))).isEqualTo("[foo/2]");
        toggles.offByName("foo");
        assertThat(decide(rule, TestRequests.offering("/r", "example/1, foo/2")).decision()).isInstanceOf(Decision.Ignore.class);
        assertThat(example.asked).hasValue(0);
        toggles.on(ProtocolToken.of("example/1"));
        assertThat(switchedTo(decide(rule, TestRequests.offering("/r", "example/1, foo/2")))).isEqualTo("[example/1]");
    }

    @Test
    @DisplayName("H3: verdict, layers and the call of the protocol have the registered spelling, the explanation has the spelling of the client")
    void verdictHasTheRegisteredSpelling() {
        List<ProtocolToken> askedFor = new ArrayList<>();
        StubProtocol spelled = StubProtocol.answering((request, token) -> {
            askedFor.add(token);
            return Decision.Switch.to(ProtocolToken.of("fOO/2"), StubProtocol.HANDLER);
        }, "foo/2");
        Verdict verdict = decide(PathRule.on("/r").offer(spelled).build(), TestRequests.offering("/r", "FOO/2"));
        assertThat(verdict.protocol()).containsSame(spelled);
        assertThat(verdict.token().map(ProtocolToken::toString)).contains("foo/2");
        assertThat(askedFor.toString()).isEqualTo("[foo/2]");
        assertThat(switchedTo(verdict)).isEqualTo("[foo/2]");
        assertThat(verdict.explanation().toString()).contains("to foo/2").contains("offered [FOO/2]");
    }

    @Test
    @DisplayName("H3: of a family the offered version has the registered name, with HTTP/1.1 on top as registered")
    void versionOfAFamilyHasTheRegisteredName() {
        StubProtocol tls = StubProtocol.answering((request, token) -> new Decision.Switch(List.of(token, ProtocolToken.of("http/1.1")), Fields.none(), StubProtocol.HANDLER), "TLS/1.2")
                .accepting(token -> token.name().equalsIgnoreCase("TLS"));
        assertThat(switchedTo(decide(PathRule.on("/r").offer(tls).build(), TestRequests.offering("/r", "tls/1.3")))).isEqualTo("[TLS/1.3, HTTP/1.1]");
    }

    static UpgradeRequest head(String requestLine, String... lines) {
        return TestRequests.head(requestLine, lines);
    }

    private boolean toggles(UpgradeRequest request, ContentRule content) {
        return decide(PathRule.on("/r").offer(foo.with(content)).build(), request).decision() instanceof Decision.Switch;
    }

    private Verdict decide(PathRule rule, UpgradeRequest request) {
        return Negotiator.negotiate(request, PathPolicy.of(rule).match(request.path()), toggles);
    }

    private static String switchedTo(Verdict verdict) {
        return verdict.decision() instanceof Decision.Switch change ? change.layers().toString() : verdict.explanation().toString();
    }
}
