package io.github.changeover.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class ProtocolTogglesTest {
    private final ProtocolToggles toggles = new ProtocolToggles();

    @Test
    void everythingIsEnabledInitially() {
        assertThat(toggles.isOff(ProtocolToken.of("foo/2"))).isFalse();
        assertThat(toggles.listed()).isEmpty();
    }

    @Test
    void disabledTokenIsMatchedCaseInsensitively() {
        toggles.off(ProtocolToken.of("foo/2"));
        assertThat(toggles.isOff(ProtocolToken.of("FOO/2"))).isTrue();
        assertThat(toggles.isOff(ProtocolToken.of("foo"))).isFalse();
        assertThat(toggles.isOff(ProtocolToken.of("foo/3"))).isFalse();
        toggles.on(ProtocolToken.of("Foo/2"));
        assertThat(toggles.isOff(ProtocolToken.of("foo/2"))).isFalse();
    }

    @Test
    void disabledNameAppliesToEveryVersion() {
        toggles.offByName("TLS");
        assertThat(toggles.isOff(ProtocolToken.of("tls/1.2"))).isTrue();
        assertThat(toggles.isOff(ProtocolToken.of("TLS"))).isTrue();
        toggles.on(ProtocolToken.of("tls/1.2"));
        assertThat(toggles.isOff(ProtocolToken.of("tls/1.2"))).isTrue();
        toggles.onByName("tls");
        assertThat(toggles.isOff(ProtocolToken.of("tls/1.2"))).isFalse();
    }

    @Test
    void disabledTokensAreListed() {
        toggles.offByName("TLS");
        toggles.off(ProtocolToken.of("foo/2"));
        assertThat(toggles.listed()).containsExactly("foo/2", "tls/*");
        assertThat(toggles).hasToString("off [foo/2, tls/*]");
    }

    @Test
    void nameMustBeAToken() {
        assertThatIllegalArgumentException().isThrownBy(() -> toggles.offByName("foo/2"));
    }
}
