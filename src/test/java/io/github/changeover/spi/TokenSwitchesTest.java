package io.github.changeover.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class TokenSwitchesTest {
    private final TokenSwitches switches = new TokenSwitches();

    @Test
    void everythingIsEnabledInitially() {
        assertThat(switches.isOff(ProtocolToken.of("foo/2"))).isFalse();
        assertThat(switches.listed()).isEmpty();
    }

    @Test
    void disabledTokenIsMatchedCaseInsensitively() {
        switches.off(ProtocolToken.of("foo/2"));
        assertThat(switches.isOff(ProtocolToken.of("FOO/2"))).isTrue();
        assertThat(switches.isOff(ProtocolToken.of("foo"))).isFalse();
        assertThat(switches.isOff(ProtocolToken.of("foo/3"))).isFalse();
        switches.on(ProtocolToken.of("Foo/2"));
        assertThat(switches.isOff(ProtocolToken.of("foo/2"))).isFalse();
    }

    @Test
    void disabledNameAppliesToEveryVersion() {
        switches.offByName("TLS");
        assertThat(switches.isOff(ProtocolToken.of("tls/1.2"))).isTrue();
        assertThat(switches.isOff(ProtocolToken.of("TLS"))).isTrue();
        switches.on(ProtocolToken.of("tls/1.2"));
        assertThat(switches.isOff(ProtocolToken.of("tls/1.2"))).isTrue();
        switches.onByName("tls");
        assertThat(switches.isOff(ProtocolToken.of("tls/1.2"))).isFalse();
    }

    @Test
    void disabledTokensAreListed() {
        switches.offByName("TLS");
        switches.off(ProtocolToken.of("foo/2"));
        assertThat(switches.listed()).containsExactly("foo/2", "tls/*");
        assertThat(switches).hasToString("off [foo/2, tls/*]");
    }

    @Test
    void nameMustBeAToken() {
        assertThatIllegalArgumentException().isThrownBy(() -> switches.offByName("foo/2"));
    }
}
