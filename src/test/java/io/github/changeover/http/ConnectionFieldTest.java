package io.github.changeover.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.conformance.Covers;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConnectionFieldTest {
    @ParameterizedTest
    @ValueSource(strings = {"upgrade", "Upgrade", "UPGRADE", "keep-alive, Upgrade", "keep-alive,UPGRADE", "\tUpgrade \t", ",,upgrade,",
            "Upgrade, close", "a b, upgrade", "HTTP2-Settings,upgrade"})
    @Covers("RFC9110-7.6.1-01")
    void listsUpgrade(String line) {
        assertThat(ConnectionField.has(List.of(line), "upgrade")).isTrue();
        assertThat(ConnectionField.has(List.of("keep-alive", line), "Upgrade")).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "keep-alive", "no-upgrade", "upgrade-insecure-requests", "upgraded", "\"upgrade\"", "upgrade/1", "up grade",
            "upgrade;q=1", "\u000bupgrade", "upgrade\u00a0", "upgrade\u0000", "close"})
    @Covers({"RFC9110-7.6.1-01", "RFC9110-7.8-10"})
    void doesNotListUpgrade(String line) {
        assertThat(ConnectionField.has(List.of(line), "upgrade")).isFalse();
    }

    /** Characters that become ASCII letters in the other case. */
    @Test
    @Covers("RFC9110-7.6.1-01")
    void nonAsciiLettersDoNotMatchAscii() {
        assertThat(ConnectionField.has(List.of("clo\u017fe, \u212aeep-alive, t\u0131p"), "close")).isFalse();
        assertThat(ConnectionField.has(List.of("clo\u017fe, \u212aeep-alive, t\u0131p"), "keep-alive")).isFalse();
        assertThat(ConnectionField.has(List.of("clo\u017fe, \u212aeep-alive, t\u0131p"), "tip")).isFalse();
    }

    @Test
    @Covers("RFC9110-7.8-10")
    void missingFieldHasNoOptions() {
        assertThat(ConnectionField.has(List.of(), "upgrade")).isFalse();
        assertThat(ConnectionField.parse(List.of()).options()).isEmpty();
    }

    @Test
    @Covers("RFC9110-7.6.1-02")
    void optionsAreDistinctAndInOrder() {
        assertThat(ConnectionField.parse(List.of("Upgrade, X-Secret", "HTTP2-Settings, , x-secret"))).satisfies(field -> {
            assertThat(field.options()).containsExactly("upgrade", "x-secret", "http2-settings");
            assertThat(field).hasToString("upgrade, x-secret, http2-settings");
        });
    }

    @Test
    void lowerCaseDoesNotDependOnTheLocale() {
        Locale before = Locale.getDefault();
        Locale.setDefault(new Locale("tr", "TR"));
        try {
            assertThat(ConnectionField.parse(List.of("KEEP-ALIVE, HTTP2-SETTINGS")).options()).containsExactly("keep-alive", "http2-settings");
        } finally {
            Locale.setDefault(before);
        }
    }
}
