package io.github.changeover.negotiation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.changeover.conformance.Covers;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PathPolicyTest {
    private static final StubProtocol FOO = StubProtocol.of("foo/2");

    @Test
    @Covers("RFC9110-7.8-22")
    void mostSpecificRuleWinsInAnyOrder() {
        PathPolicy policy = PathPolicy.of(rule("/*"), rule("/lines/*"), rule("/lines/{room}"), rule("/lines/tea"));
        assertThat(match(policy, "/lines/tea")).isEqualTo("/lines/tea {}");
        assertThat(match(policy, "/lines/milk")).isEqualTo("/lines/{room} {room=milk}");
        assertThat(match(policy, "/lines/milk/2")).isEqualTo("/lines/* {*=milk/2}");
        assertThat(match(policy, "/else")).isEqualTo("/* {*=else}");
    }

    @Test
    void pathWithoutARuleDoesNotMatch() {
        assertThat(PathPolicy.of().match("/echo")).isEmpty();
        assertThat(PathPolicy.of(rule("/echo")).match("/request")).isEmpty();
    }

    @Test
    void rulesForTheSamePathsAreRejected() {
        assertThatIllegalArgumentException().isThrownBy(() -> PathPolicy.of(rule("/a/{b}"), rule("/x"), rule("/a/{c}")))
                .withMessage("Two rules match the same paths: /a/{b} and /a/{c}. Offer all their protocols in one rule");
    }

    @Test
    void speaksUnaskedIfTheRuleRequiresOrAdvertises() {
        PathPolicy policy = PathPolicy.of(PathRule.on("/*").offer(FOO).advertise(true).build(), rule("/echo"),
                PathRule.on("/upgrade-only").offer(FOO).required(true).build());
        assertThat(policy.concernsRequestsWithoutUpgrade("/upgrade-only")).isTrue();
        assertThat(policy.concernsRequestsWithoutUpgrade("/echo")).isFalse();
        assertThat(policy.concernsRequestsWithoutUpgrade("/else")).isTrue();
        assertThat(policy.concernsRequestsWithoutUpgrade("*")).isTrue();         // OPTIONS *
        assertThat(PathPolicy.of(PathRule.on("/echo").offer(FOO).required(true).build()).concernsRequestsWithoutUpgrade("*")).isFalse();
        assertThat(PathPolicy.of(rule("/echo")).concernsRequestsWithoutUpgrade("/echo")).isFalse();
    }

    @Test
    void speaksUnaskedAllocatesNothing() {
        PathPolicy policy = PathPolicy.of(rule("/a/{b}/c/{d}"), rule("/lines/*"), PathRule.on("/upgrade-only").offer(FOO).required(true).build());
        com.sun.management.ThreadMXBean threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = 0;
        int spoken = 0;
        for (int i = -1000; i < 100_000; i++) {
            if (i == 0) before = threads.getCurrentThreadAllocatedBytes();
            if (policy.concernsRequestsWithoutUpgrade("/a/1/c/2")) spoken++;
            if (policy.concernsRequestsWithoutUpgrade("/upgrade-only")) spoken++;
            if (policy.concernsRequestsWithoutUpgrade("/none")) spoken++;
        }
        long allocated = threads.getCurrentThreadAllocatedBytes() - before;
        assertThat(spoken).isEqualTo(101_000);
        assertThat(allocated).as("bytes for 300,000 questions").isLessThan(100_000);
    }

    @Test
    void ruleHasDefaults() {
        assertThat(rule("/echo")).isEqualTo(new PathRule(PathTemplate.of("/echo"), List.of(FOO), Preference.CLIENT, false, false, false, Set.of(), List.of()));
    }

    @Test
    void ruleWithoutAProtocolIsRejected() {
        assertThatIllegalArgumentException().isThrownBy(() -> PathRule.on("/echo").required(true).build())
                .withMessage("The rule for /echo offers no protocol: add at least one protocol or remove the rule");
        assertThatIllegalArgumentException().isThrownBy(() -> PathRule.on("/echo").offer(StubProtocol.of()).build())
                .withMessage("The rule for /echo offers " + StubProtocol.class.getName() + ", whose tokens() is empty: return at least one");
    }

    private static PathRule rule(String template) {
        return PathRule.on(template).offer(FOO).build();
    }

    private static String match(PathPolicy policy, String path) {
        PathPolicy.Match match = policy.match(path).orElseThrow();
        Map<String, String> values = match.pathParameters();
        return match.rule().template() + " " + values;
    }
}
