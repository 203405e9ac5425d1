package io.github.changeover.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Size;

class ConnectionFieldPropertiesTest {
    @Property
    void severalLinesEqualTheJoinedLine(@ForAll @Size(min = 1, max = 5) List<@From("anyLine") String> lines) {
        assertThat(ConnectionField.parse(lines).options()).containsExactlyElementsOf(ConnectionField.parse(List.of(String.join(", ", lines))).options());
    }

    @Property
    void parseNeverThrowsAndReturnsOnlyTokens(@ForAll @Size(max = 5) List<String> lines) {
        assertThat(ConnectionField.parse(lines).options()).allMatch(option -> option.matches("[!#$%&'*+.^_`|~0-9a-z-]+"));
    }

    @Provide
    Arbitrary<String> anyLine() {
        return Arbitraries.strings().withChars("aBup, \t\"/").ofMaxLength(12);
    }
}
