package io.github.changeover.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.regex.Pattern;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Compares the two checks of {@link Authority} that do not parse with one regular expression each. */
class AuthorityFormsTest {
    private static final Pattern HOST_FIELD = Pattern.compile("(\\[[0-9A-Za-z:.~!$&'()*+,;=_-]+]|[0-9A-Za-z._~!$&'()*+,;=%-]*)(:[0-9]*)?");
    private static final Pattern IN_URI = Pattern.compile("(\\[[0-9A-Fa-f:.]+]|[0-9A-Za-z._~!$&'()*+,;=%-]+)(:[0-9]*)?");

    @Provide
    Arbitrary<String> almostAuthorities() {
        return Arbitraries.strings().withChars("aGZ09.-_%~:[]@/ ,*\u00e9").ofMaxLength(10);
    }

    @Property(tries = 20_000)
    void checksAreWhatTheGrammarSays(@ForAll("almostAuthorities") String text) {
        assertThat(Authority.isValidHostField(text)).isEqualTo(HOST_FIELD.matcher(text).matches());
        assertThat(Authority.isValidInUri(text)).isEqualTo(IN_URI.matcher(text).matches());
        if (Authority.parse(text).isPresent()) assertThat(Authority.isValidInUri(text)).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"'',true,false", ":80,true,false", "example.com,true,true", "example.com:,true,true", "a:99999,true,true", "[::1]:8080,true,true", "[v1.x]:80,true,false",
            "[],false,false", "[::1,false,false", "[::1]x,false,false", "a:b,false,false", "user@a,false,false", "a b,false,false", "'a,b',true,true"})
    void forms(String text, boolean hostField, boolean inUri) {
        assertThat(Authority.isValidHostField(text)).isEqualTo(hostField);
        assertThat(Authority.isValidInUri(text)).isEqualTo(inUri);
    }

    @ParameterizedTest
    @CsvSource({"example.com,11", "example.com:80,11", "[::1],5", "[::1]:80,5", "'',0", ":80,0"})
    void endOfHost(String text, int end) {
        assertThat(Authority.endOfHost(text)).isEqualTo(end);
    }
}
