package io.github.changeover.negotiation;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.conformance.Covers;
import io.github.changeover.negotiation.UpgradeField.Offered;
import io.github.changeover.spi.Decision;
import io.github.changeover.spi.ProtocolToggles;
import io.github.changeover.spi.ProtocolToken;
import io.github.changeover.spi.UpgradeRequest;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Size;

class NegotiatorPropertiesTest {
    private static final UpgradeRequest PLAIN = TestRequests.head("GET /r HTTP/1.1", "Host: a", "Connection: Upgrade");

    @Property
    @Covers({"RFC9110-7.8-03", "RFC9110-7.8-11"})
    void switchIsToTheFirstOfferedAndSupportedToken(@ForAll @Size(min = 1, max = 5) List<@From("served") String> served,
            @ForAll @Size(max = 4) List<@From("lines") String> lines, @ForAll Preference preference) {
        StubProtocol[] protocols = served.stream().map(StubProtocol::of).toArray(StubProtocol[]::new);
        List<ProtocolToken> rules = served.stream().map(ProtocolToken::of).toList();
        List<ProtocolToken> offered = UpgradeField.parse(lines) instanceof Offered.Present present ? present.offer().tokens() : List.of();

        Decision decision = decide(PathRule.on("/r").offer(protocols).preference(preference).build(), lines).decision();

        List<ProtocolToken> first = preference == Preference.CLIENT ? offered : rules;
        Optional<ProtocolToken> expected = first.stream().filter(offered::contains).filter(rules::contains).findFirst();
        assertThat(decision instanceof Decision.Switch change ? Optional.of(change.layers()) : Optional.empty()).isEqualTo(expected.map(List::of));
    }

    @Property
    @Covers({"RFC9110-7.8-04", "RFC9110-15.5.22-01"})
    void requiredPathIsSwitchedOr426WithAllTokens(@ForAll @Size(min = 1, max = 5) List<@From("served") String> served,
            @ForAll @Size(max = 4) List<@From("lines") String> lines) {
        StubProtocol[] protocols = served.stream().map(StubProtocol::of).toArray(StubProtocol[]::new);
        Verdict verdict = decide(PathRule.on("/r").offer(protocols).required(true).build(), lines);
        if (verdict.decision() instanceof Decision.Refuse refuse) {
            assertThat(refuse.status()).isEqualTo(426);
            assertThat(verdict.upgradeList()).containsExactlyElementsOf(served.stream().map(ProtocolToken::of).distinct().toList());
        } else {
            assertThat(verdict.decision()).isInstanceOf(Decision.Switch.class);
        }
    }

    @Property
    @Covers({"RFC9110-7.8-05", "RFC9110-5.5-01"})
    void anyFieldIsHandledAndExplainedPrintably(@ForAll @From("values") String upgrade, @ForAll @From("values") String connection,
            @ForAll @From("values") String more) {
        UpgradeRequest request = TestRequests.head("GET /r HTTP/1.1", "Host: a", "Connection: Upgrade", "Connection:" + connection, "Upgrade:" + upgrade, "Upgrade:" + more);
        Verdict verdict = Negotiator.negotiate(request, PathPolicy.of(PathRule.on("/r").offer(StubProtocol.of("a", "b/1")).build()).match("/r"), new ProtocolToggles());
        assertThat(verdict.decision()).isNotInstanceOf(Decision.Refuse.class);
        assertThat(verdict.explanation().toString()).matches("[ -~]{1,1003}");
    }

    @Provide
    Arbitrary<String> served() {
        return Arbitraries.of("a", "a/1", "a/2", "B", "b/1", "c/x");
    }

    @Provide
    Arbitrary<String> lines() {
        return Arbitraries.of("a", "A/1", "a/2", "b", "B/1", "c/x", "c/X", "d", "", "a/", "/1", "a b").list().ofMaxSize(4).map(members -> String.join(", ", members));
    }

    @Provide
    Arbitrary<String> values() {
        return Arbitraries.strings().withCharRange(' ', '~').withCharRange('\u0080', '\u00ff').withChars('\t').withChars("ab/1,,,  ").ofMaxLength(60);
    }

    private static Verdict decide(PathRule rule, List<String> lines) {
        return Negotiator.negotiate(TestRequests.withUpgrade(PLAIN, lines), PathPolicy.of(rule).match("/r"), new ProtocolToggles());
    }
}
