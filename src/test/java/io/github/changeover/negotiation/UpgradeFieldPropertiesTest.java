package io.github.changeover.negotiation;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.conformance.Covers;
import io.github.changeover.negotiation.UpgradeField.Offered;
import io.github.changeover.spi.ProtocolToken;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Size;

class UpgradeFieldPropertiesTest {
    @Property
    @Covers("RFC9110-7.8-21")
    void severalLinesEqualTheJoinedLine(@ForAll @Size(max = 6) List<@From("anyLine") String> lines) {
        String joined = String.join(",", lines);
        Offered apart = UpgradeField.parse(lines);
        assertThat(apart).isEqualTo(UpgradeField.parse(lines.isEmpty() ? List.of() : List.of(joined)));
    }

    @Property
    @Covers("RFC9110-5.5-01")
    void parseNeverThrowsAndResultIsPrintable(@ForAll @Size(max = 5) List<String> lines) {
        Offered offered = UpgradeField.parse(lines);
        assertThat(offered.toString()).matches("[ -~]*");
    }

    @Property
    void wellFormedTokensKeepTheirOrder(@ForAll @Size(min = 1, max = 20) List<@From("anyToken") String> tokens) {
        assertThat(UpgradeField.parse(List.of(String.join(" ,\t", tokens)))).isEqualTo(present(tokens, List.of()));
    }

    @Provide
    Arbitrary<String> anyLine() {
        return Arbitraries.strings().withChars("ab/, \t\"").ofMaxLength(12);
    }

    @Provide
    Arbitrary<String> anyToken() {
        Arbitrary<String> token = Arbitraries.strings().withChars("!#$%&'*+-.^_`|~").withCharRange('0', '9').withCharRange('a', 'z')
                .withCharRange('A', 'Z').ofMinLength(1).ofMaxLength(8);
        return Arbitraries.oneOf(token, token.flatMap(name -> token.map(version -> name + '/' + version)));
    }

    private static Offered present(List<String> tokens, List<String> malformed) {
        return new Offered.Present(new Offer(tokens.stream().map(ProtocolToken::of).toList(), malformed));
    }
}
