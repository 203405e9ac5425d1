package io.github.changeover.relay.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.changeover.relay.RelayFactory;
import io.github.changeover.relay.TestEnvironment;
import io.netty.util.internal.InternalThreadLocalMap;
import java.io.File;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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

    /** In a class loader of its own, as in a new application: initializers of Lettuce and Netty run on the thread that starts the application. */
    @Test
    void noThreadLocalOfNettyStaysOnTheThreadThatCreatesTheRelay() throws Exception {
        List<URL> path = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) path.add(Path.of(entry).toUri().toURL());
        try (URLClassLoader application = new URLClassLoader(path.toArray(URL[]::new), ClassLoader.getPlatformClassLoader())) {
            Class<?> factory = application.loadClass(RedisRelayFactory.class.getName()), environment = application.loadClass(TestEnvironment.class.getName());
            Object relay = factory.getMethod("create", application.loadClass(RelayFactory.Environment.class.getName()))
                    .invoke(factory.getConstructor().newInstance(), environment.getConstructor(Map.class).newInstance(Map.of()));
            assertThat(relay.getClass().getClassLoader()).isSameAs(application);
            assertThat(application.loadClass(InternalThreadLocalMap.class.getName()).getMethod("getIfSet").invoke(null)).isNull();
        }
    }
}
