package io.github.changeover.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.changeover.conformance.Covers;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FieldsTest {

    @ParameterizedTest
    @ValueSource(strings = {"a\r\nX-Injected: 1", "a\rb", "a\nb", "a\u0000b", "a\u0007", "\u007f", "\u0100", "a\u2028b"})
    @Covers({"RFC9110-5.5-01", "RFC9112-11.1-01"})
    void valuesThatCouldSplitAMessageAreRejected(String value) {
        assertThatIllegalArgumentException().isThrownBy(() -> Fields.of("X-A", value)).withMessageMatching("[ -~]+");
        assertThatIllegalArgumentException().isThrownBy(() -> Fields.none().with("X-A", value));
        assertThatIllegalArgumentException().isThrownBy(() -> new Fields.Line("X-A", value));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a b", "a:", "a\r\n", "(a)", "\u00e9", "a\u0000"})
    @Covers({"RFC9110-5.5-01", "RFC9112-11.1-01"})
    void invalidNamesAreRejected(String name) {
        assertThatIllegalArgumentException().isThrownBy(() -> Fields.of(name, "value")).withMessageMatching("[ -~]+");
    }

    @Test
    void orderIsKeptAndNamesAreCaseInsensitive() {
        Fields fields = Fields.of("A", "1", "B", "2").with("a", "3");
        assertThat(fields.values("A")).containsExactly("1", "3");
        assertThat(fields.first("b")).contains("2");
        assertThat(fields.contains("c")).isFalse();
        assertThat(fields.values("c")).isEmpty();
        assertThat(fields.without("a")).isEqualTo(Fields.of("B", "2")).hasSameHashCodeAs(Fields.of("B", "2"));
        assertThat(fields).extracting(Fields.Line::name).containsExactly("A", "B", "a");
        assertThat(fields.lines()).isUnmodifiable();
        assertThat(fields).hasToString("A: 1\nB: 2\na: 3\n");
    }

    @Test
    void tabsAndLatin1AreAllowedInValues() {
        assertThat(Fields.of("A", "a\tb \u00e9").first("A")).contains("a\tb \u00e9");
    }

    @Test
    void nameWithoutAValueIsRejected() {
        assertThatIllegalArgumentException().isThrownBy(() -> Fields.of("A", "1", "B")).withMessage("Names and values must alternate: a value is missing for B");
    }

    @Test
    void noneIsEmpty() {
        assertThat(Fields.none().lines()).isEmpty();
        assertThat(Fields.of(List.of())).isSameAs(Fields.none());
    }
}
