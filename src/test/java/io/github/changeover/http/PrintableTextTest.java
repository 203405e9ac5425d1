package io.github.changeover.http;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class PrintableTextTest {
    @Test
    void otherCharactersBecomeQuestionMarks() {
        assertThat(PrintableText.of("a\r\nb\u007f\u00e9 ~")).isEqualTo("a??b?? ~");
    }

    @Property
    void resultIsPrintableAndBounded(@ForAll String text, @ForAll @IntRange(max = 50) int longest) {
        assertThat(PrintableText.of(text, longest)).matches("[ -~]*").hasSizeLessThanOrEqualTo(longest + 3);
        if (text.length() <= longest) assertThat(PrintableText.of(text, longest)).hasSameSizeAs(text);
    }
}
