package io.github.changeover.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.conformance.Covers;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Covers("RFC6455-4.2.2-01")
class OriginTest {
    @ParameterizedTest
    @CsvSource({
            "http://example.com,              http://example.com",
            "https://example.com:443,         https://example.com",
            "http://example.com:443,          http://example.com:443",
            "HTTPS://WWW.Example.COM,         https://www.example.com",
            "http://[::1]:8080,               http://[0:0:0:0:0:0:0:1]:8080",
            "http://[::ffff:127.0.0.1],       http://[::ffff:127.0.0.1]",
            "http://[::FFFF:7f00:1],          http://[::ffff:127.0.0.1]",
            "app://host,                      app://host",
            "app://host:1,                    app://host:1"})
    void originsHaveOneCanonicalForm(String written, String shown) {
        Origin origin = Origin.parse(written).orElseThrow();
        assertThat(origin).hasToString(shown);
        assertThat(Origin.parse(shown)).contains(origin);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "null", "http", "http:", "http://", "://a", "1http://a", "ht tp://a", "http://a ", " http://a", "http://a/", "http://a?b",
            "http://a#b", "http://u@a", "http://a:", "http://a:0", "http://a:080", "http://a:65536", "http://a:-1", "http://a:b", "http://a b", "http://a,b",
            "http://[::1", "http://::1", "http://[a]", "http://[1.2.3.4]", "http://[::1]a", "http://[::%1]", "http://[:::]", "http://a\u0000", "http://\u00e4",
            "http://a%", "http://a%2", "http://a\\b", "http://a\nb"})
    void invalidOriginsAreRejected(String text) {
        assertThat(Origin.parse(text)).isEmpty();
    }

    @Test
    void portMayBeEmptyOrHaveLeadingZeros() {
        Origin origin = new Origin("https", "a", OptionalInt.of(443));
        assertThat(Origin.of("https", "a:")).contains(origin);
        assertThat(Origin.of("HTTPS", "A:00443")).contains(origin);
        assertThat(Origin.of("https", "a, b")).isEmpty();
        assertThat(Origin.of("", "a")).isEmpty();
    }

    @Test
    void tooLongHostsAreRejected() {
        assertThat(Origin.of("http", "a".repeat(255))).isPresent();
        assertThat(Origin.of("http", "a".repeat(256))).isEmpty();
        assertThat(Origin.of("http", "[" + "1:".repeat(100_000) + "]")).isEmpty();
    }
}
