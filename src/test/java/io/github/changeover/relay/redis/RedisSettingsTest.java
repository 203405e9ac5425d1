package io.github.changeover.relay.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.changeover.relay.TestEnvironment;
import io.netty.util.internal.InternalThreadLocalMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RedisSettingsTest {
    private static RedisSettings settings(String... namesAndValues) {
        Map<String, String> settings = new java.util.HashMap<>();
        for (int index = 0; index < namesAndValues.length; index += 2) settings.put(namesAndValues[index], namesAndValues[index + 1]);
        return RedisSettings.of(new TestEnvironment(settings));
    }

    @Test
    void relayLeavesNoValueOfNettyOnTheThreadOfTheContainer() {
        InternalThreadLocalMap.get();
        new RedisRelayFactory().create(new TestEnvironment(Map.of())).close();
        assertThat(InternalThreadLocalMap.getIfSet()).isNull();
    }

    @Test
    void defaultIsThisMachine() {
        assertThat(settings().uri().getHost()).isEqualTo("127.0.0.1");
        assertThat(settings().uri().getPort()).isEqualTo(6379);
        assertThat(settings()).hasToString("redis://127.0.0.1:6379");
    }

    @ParameterizedTest
    @CsvSource({"redis://host:1, redis://host:1", "redis://:secret@host:1, redis://***@host:1", "rediss://user:se@cret@host, rediss://***@host", "user:secret@host, ***@host"})
    void passwordIsNotPrinted(String uri, String printed) {
        assertThat(RedisSettings.withoutPassword(uri)).isEqualTo(printed);
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://:secret@host", "redis://:sec ret@host", "redis://", ""})
    void invalidAddressIsReportedWithoutThePassword(String uri) {
        assertThatThrownBy(() -> settings(RedisRelayFactory.URI, uri)).isInstanceOf(IllegalStateException.class).hasNoCause()
                .hasMessageContaining(RedisRelayFactory.URI).hasMessageContaining("redis://host:port").message().doesNotContain("secret", "sec ret");
    }

    @Test
    void usernameNeedsAPassword() {
        assertThatThrownBy(() -> settings(RedisRelayFactory.USERNAME, "me")).isInstanceOf(IllegalStateException.class).hasMessageContaining(RedisRelayFactory.PASSWORD);
    }

    @Test
    void trustStoreMustExist() {
        assertThatThrownBy(() -> settings(RedisRelayFactory.TRUST_STORE, "/none")).isInstanceOf(IllegalStateException.class).hasMessageContaining("/none");
    }
}
