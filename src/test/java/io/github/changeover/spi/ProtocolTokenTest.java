package io.github.changeover.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.changeover.conformance.Covers;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProtocolTokenTest {
    @ParameterizedTest
    @CsvSource({"HTTP/2.0,HTTP,2.0", "RTA/x11,RTA,x11", "example,example,''", "a_protocol/1,a_protocol,1", "!#$%&*+-.^_`|~/~,!#$%&*+-.^_`|~,~"})
    @Covers({"RFC9110-7.8-13", "MDN-05", "MDN-06"})
    void wellFormedTokensAreParsed(String text, String name, String version) {
        assertThat(ProtocolToken.parse(text)).contains(new ProtocolToken(name, version));
        assertThat(ProtocolToken.of(text)).hasToString(text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/", "foo/", "/1", "foo/1/2", "a b", " foo", "foo ", "foo\t", "\"foo\"", "foo,bar", "f\u00f6o", "foo\r\n", "foo\u0000", "\u212a"})
    @Covers({"RFC9110-7.8-13", "RFC9110-5.5-01"})
    void malformedTokensAreRejected(String text) {
        assertThat(ProtocolToken.parse(text)).isEmpty();
        assertThatIllegalArgumentException().isThrownBy(() -> ProtocolToken.of(text)).withMessageMatching("[ -~]+Write name or name/version, such as example/1");
    }

    @Test
    void nameAndVersionAreValidated() {
        assertThatIllegalArgumentException().isThrownBy(() -> new ProtocolToken("", ""));
        assertThatIllegalArgumentException().isThrownBy(() -> new ProtocolToken("a/b", ""));
        assertThatIllegalArgumentException().isThrownBy(() -> new ProtocolToken("a", "1/2"));
    }

    @ParameterizedTest
    @CsvSource({"websocket,WebSocket,true", "H2C,h2c,true", "TLS/1.2,tls/1.2,true", "foo/x,foo/X,false", "websocket,websocket/13,false", "example/1,example/2,false"})
    @Covers({"RFC9110-7.8-12", "RFC9110-7.8-14"})
    void namesAreCaseInsensitiveAndVersionsExact(String one, String other, boolean equal) {
        assertThat(ProtocolToken.of(one).equals(ProtocolToken.of(other))).isEqualTo(equal);
        if (equal) assertThat(ProtocolToken.of(one)).hasSameHashCodeAs(ProtocolToken.of(other));
    }

    @Test
    @Covers("RFC9110-7.8-12")
    void equalityDoesNotDependOnTheLocale() {
        Locale before = Locale.getDefault();
        Locale.setDefault(new Locale("tr", "TR"));
        try {
            assertThat(ProtocolToken.of("IRC/6.9")).isEqualTo(ProtocolToken.of("irc/6.9")).hasSameHashCodeAs(ProtocolToken.of("irc/6.9"));
        } finally {
            Locale.setDefault(before);
        }
    }
}
