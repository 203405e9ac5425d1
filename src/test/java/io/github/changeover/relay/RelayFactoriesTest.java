package io.github.changeover.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.changeover.relay.hazelcast.HazelcastRelayFactory;
import io.github.changeover.relay.redis.RedisRelayFactory;
import jakarta.servlet.ServletContext;
import java.lang.reflect.InvocationTargetException;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class RelayFactoriesTest {
    @Test
    void factoriesAreRegistered() {
        assertThat(ServiceLoader.load(RelayFactory.class)).extracting(RelayFactory::name).containsExactlyInAnyOrder("redis", "hazelcast");
    }

    @Test
    void settingsBeginWithTheNameOfTheRelay() {
        assertThat(new RedisRelayFactory().settings()).isNotEmpty().allMatch(name -> name.startsWith("changeover.relay.redis."));
        assertThat(new HazelcastRelayFactory().settings()).isNotEmpty().allMatch(name -> name.startsWith("changeover.relay.hazelcast."));
    }

    /** In an application without the libraries, the factories are found, and say what is missing when they are used. */
    @Test
    void missingLibraryIsNamed() throws Exception {
        URL[] path = {RelayFactory.class.getProtectionDomain().getCodeSource().getLocation(), ServletContext.class.getProtectionDomain().getCodeSource().getLocation()};
        try (URLClassLoader application = new URLClassLoader(path, ClassLoader.getPlatformClassLoader())) {
            Class<?> type = application.loadClass(RelayFactory.class.getName());
            Map<String, String> libraries = new TreeMap<>();
            for (Object factory : ServiceLoader.load(type, application)) {
                String name = (String) type.getMethod("name").invoke(factory);
                assertThatThrownBy(() -> type.getMethod("create", application.loadClass(RelayFactory.Environment.class.getName())).invoke(factory, (Object) null))
                        .isInstanceOf(InvocationTargetException.class).cause().isInstanceOf(IllegalStateException.class)
                        .satisfies(failure -> libraries.put(name, failure.getMessage()));
            }
            assertThat(libraries.keySet()).containsAll(List.of("hazelcast", "redis"));
            assertThat(libraries.get("redis")).startsWith("changeover.relay=redis requires io.lettuce:lettuce-core");
            assertThat(libraries.get("hazelcast")).startsWith("changeover.relay=hazelcast requires com.hazelcast:hazelcast");
        }
    }
}
