package io.github.changeover.negotiation;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.conformance.Covers;
import io.github.changeover.spi.Decision;
import io.github.changeover.spi.ProtocolToggles;
import io.github.changeover.spi.ProtocolToken;
import io.github.changeover.spi.UpgradeRequest;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ExplanationTest {
    private final ProtocolToggles toggles = new ProtocolToggles();
    private final StubProtocol example = StubProtocol.of("example/1");
    private final StubProtocol foo = StubProtocol.of("foo/2");
    private final PathRule rule = PathRule.on("/echo").offer(foo, example).build();

    @Test
    void toStringIsOneLogLine() {
        assertThat(explain(rule, TestRequests.offering("/echo", "example/1, foo/2")))
                .hasToString("switched GET /echo to example/1: offered [example/1, foo/2], rule /echo");
        assertThat(explain(rule, TestRequests.head("GET /echo HTTP/1.1", "Host: a", "Upgrade: foo/2")))
                .hasToString("ignored GET /echo, Connection does not list upgrade: offered [foo/2], rule /echo");
        assertThat(explain(rule, TestRequests.offering("/echo", "foo/, nope")))
                .hasToString("ignored GET /echo, none of the offered protocols is supported on this path: offered [nope], malformed [foo/], rule /echo");
        assertThat(explain(PathRule.on("/echo").offer(foo).required(true).build(), TestRequests.head("GET /echo HTTP/1.1", "Host: a")))
                .hasToString("refused GET /echo with 426, the request has no Upgrade field: offered nothing, rule /echo");
        assertThat(explain(rule, TestRequests.offering("/echo", ",".repeat(64))))
                .hasToString("ignored GET /echo, Upgrade has more than 64 list members: offered too much, rule /echo");
        assertThat(explain(rule, TestRequests.offering("/request", "foo/2")))
                .hasToString("ignored GET /request, no rule matches this path: offered [foo/2]");
    }

    @Test
    void everyCandidateHasAReason() {
        toggles.off(ProtocolToken.of("foo/2"));
        StubProtocol shy = StubProtocol.answering((request, token) -> new Decision.Ignore("not on Sundays"), "shy");
        PathRule three = PathRule.on("/echo").offer(foo, shy, example).build();
        assertThat(explain(three, TestRequests.offering("/echo", "foo/2, shy"))).hasToString("ignored GET /echo, no offered protocol accepted the request:"
                + " offered [foo/2, shy], rule /echo; foo/2: disabled at run time; shy: not on Sundays");
        assertThat(explain(three, TestRequests.offering("/echo", "foo/2, example/1"))).hasToString("switched GET /echo to example/1:"
                + " offered [foo/2, example/1], rule /echo; foo/2: disabled at run time");
        assertThat(explain(three, TestRequests.head("POST /echo HTTP/1.1", "Host: a", "Connection: Upgrade", "Upgrade: shy")).candidates())
                .containsExactly(new Explanation.CandidateResult(ProtocolToken.of("shy"), "not supported for this method"));
        assertThat(explain(three, TestRequests.head("GET /echo HTTP/1.1", "Host: a", "Content-Length: 1", "Connection: Upgrade", "Upgrade: shy")).candidates())
                .containsExactly(new Explanation.CandidateResult(ProtocolToken.of("shy"), "not supported for a request with content"));
    }

    @Test
    void asMapIsSuitableForJson() {
        Map<String, Object> map = explain(rule, TestRequests.offering("/echo", "a b, foo/2")).asMap();
        assertThat(map).containsExactly(Map.entry("outcome", "switched"), Map.entry("method", "GET"), Map.entry("path", "/echo"),
                Map.entry("offered", List.of("foo/2")), Map.entry("malformed", List.of("a b")), Map.entry("rule", "/echo"),
                Map.entry("candidates", List.of(Map.of("token", "foo/2", "why", "switched"))), Map.entry("layers", List.of("foo/2")),
                Map.entry("ground", "agreed"),
                Map.entry("summary", "switched to foo/2"));
        assertThat(explain(PathRule.on("/echo").offer(foo).required(true).build(), TestRequests.offering("/echo", "nope")).asMap())
                .containsEntry("status", 426).containsEntry("summary", "refused with 426, none of the offered protocols is supported on this path");
    }

    @Test
    @Covers({"RFC9110-5.5-01", "RFC9112-11.1-01"})
    void inputOfAPeerCannotSplitOrFloodTheLine() {
        String flood = IntStream.range(0, 64).mapToObj(i -> "t" + i + "x".repeat(110)).collect(Collectors.joining(","));
        StubProtocol chatty = StubProtocol.answering((request, token) -> new Decision.Refuse(400, "bad\r\nvalue " + "y".repeat(10_000)), "chatty");
        PathRule everywhere = PathRule.on("/*").offer(chatty).build();
        for (UpgradeRequest request : List.of(TestRequests.offering("/a\r\nb\u0007\u202e" + "z".repeat(9000), "chatty"), TestRequests.offering("/x", flood),
                TestRequests.head("M".repeat(5000) + " /x HTTP/1.1", "Host: a", "Connection: Upgrade", "Upgrade: \u00e9\u00e8"))) {
            Explanation explanation = explain(everywhere, request);
            assertThat(explanation.toString()).matches("[ -~]{1,1003}");
            assertThat(explanation.asMap().toString()).matches("[ -~]{1,20000}");
        }
    }

    @Test
    void secretsAreNotShown() {
        UpgradeRequest request = TestRequests.head("GET /echo;jsessionid=SECRET HTTP/1.1", "Host: a", "Connection: Upgrade", "Upgrade: foo/2",
                "Cookie: SECRET", "Authorization: SECRET");
        Explanation explanation = explain(PathRule.on("/*").offer(foo).build(), request);
        assertThat(explanation.toString()).doesNotContain("SECRET").startsWith("switched GET /echo to foo/2");
        assertThat(explanation.asMap().toString()).doesNotContain("SECRET");
    }

    private Explanation explain(PathRule rule, UpgradeRequest request) {
        return Negotiator.negotiate(request, PathPolicy.of(rule).match(request.path()), toggles).explanation();
    }
}
