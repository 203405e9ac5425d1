package io.github.changeover.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UriSchemeTest {
    @ParameterizedTest
    @CsvSource({"http,true", "HTTPS,true", "a+b-c.1,true", "'',false", "1a,false", "+a,false", "a b,false", "a:,false", "\u00e9,false"})
    void startsWithLetterAndHasNoOtherCharacters(String text, boolean scheme) {
        assertThat(UriScheme.isScheme(text)).isEqualTo(scheme);
    }

    @ParameterizedTest
    @CsvSource({"http,80", "https,443"})
    void defaultPort(String scheme, int port) {
        assertThat(UriScheme.defaultPort(scheme)).hasValue(port);
        assertThat(UriScheme.defaultPort("x-" + scheme)).isEmpty();
    }
}
