package io.github.changeover.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PercentEncodingTest {
    @Property
    void decodingRevertsEncoding(@ForAll String text) {
        if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) return;
        StringBuilder encoded = new StringBuilder();
        PercentEncoding.encode(text, AsciiSet.UNRESERVED, encoded);
        assertThat(encoded.toString()).matches("([A-Za-z0-9._~-]|%[0-9A-F]{2})*");
        assertThat(PercentEncoding.isWellFormed(encoded.toString())).isTrue();
        assertThat(PercentEncoding.decode(encoded.toString())).contains(text);
    }

    @ParameterizedTest
    @CsvSource({"a,a", "%61,a", "%2561,%61", "a+b,a+b", "%c3%A9,\u00e9", "\u00c3\u00a9,\u00e9", "%f0%9f%98%80,\uD83D\uDE00", "'',''"})
    void decodesOnce(String text, String decoded) {
        assertThat(PercentEncoding.decode(text)).contains(decoded);
    }

    @ParameterizedTest
    @ValueSource(strings = {"%", "%4", "%zz", "%u0041", "%%41", "%+1", "%\uff14\uff11", "%ff", "%c3", "%c0%ae", "%ed%a0%80", "%f4%90%80%80", "\u0100", "\u00e9"})
    void malformedIsEmpty(String text) {
        assertThat(PercentEncoding.decode(text)).isEmpty();
    }
}
