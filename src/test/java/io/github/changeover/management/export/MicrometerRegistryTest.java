package io.github.changeover.management.export;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.eventloop.EventLoops;
import io.github.changeover.management.DurationBuckets;
import io.github.changeover.management.MetricsSnapshot;
import io.github.changeover.management.TopicCounts;
import io.github.changeover.negotiation.Explanation.Ground;
import io.github.changeover.negotiation.Explanation.Outcome;
import io.github.changeover.spi.CloseCause;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Metrics;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import jakarta.servlet.ServletContext;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class MicrometerRegistryTest {
    private static final DurationBuckets TIMES = new DurationBuckets(List.of(1.0), List.of(2L, 3L), 4.5);
    private static final MetricsSnapshot COUNTS = new MetricsSnapshot(Map.of("a/1", 2L, "other", 0L), Map.of("a/1", 7L, "other", 0L), Map.of(CloseCause.Kind.PEER, 5L),
            Map.of(Outcome.SWITCHED, Map.of(Ground.AGREED, 7L), Outcome.IGNORED, Map.of(), Outcome.REFUSED, Map.of(Ground.LIMIT, 1L)), 10, 20, 30, 31, 32, 40, EventLoops.State.NONE, true, TIMES, TIMES, TIMES, TopicCounts.NONE);
    private final MeterRegistry behind = new SimpleMeterRegistry();
    private final CachedMetrics reading = new CachedMetrics(() -> COUNTS);

    @BeforeEach
    void begin() {
        Metrics.addRegistry(behind);
    }

    @AfterEach
    void end() {
        Metrics.removeRegistry(behind);
    }

    private static ServletContext context(MeterRegistry own) {
        return (ServletContext) Proxy.newProxyInstance(MicrometerRegistryTest.class.getClassLoader(), new Class<?>[] {ServletContext.class}, (proxy, method, given) ->
                switch (method.getName()) {
                    case "getAttribute" -> given[0].equals("io.micrometer.core.instrument.MeterRegistry") ? own : null;
                    case "getContextPath" -> "/shop";
                    default -> throw new UnsupportedOperationException(method.getName());
                });
    }

    private MeterRegistryAdapter registryWithMeters(MeterRegistry own) {
        MeterRegistryAdapter registry = MicrometerRegistry.of(context(own));
        MeterDefinition.all(COUNTS).forEach(meter -> registry.add(meter, reading));
        return registry;
    }

    @Test
    void everyMeterReadsItsCounterAndIsRemovedAtTheEnd() {
        MeterRegistryAdapter registry = registryWithMeters(null);
        assertThat(behind.get("changeover.connections").tag("protocol", "a/1").gauge().value()).isEqualTo(2);
        assertThat(behind.get("changeover.opened").tag("protocol", "a/1").functionCounter().count()).isEqualTo(7);
        assertThat(behind.get("changeover.closed").tag("cause", "peer").functionCounter().count()).isEqualTo(5);
        assertThat(behind.get("changeover.decisions").tags("outcome", "refused", "reason", "limit").functionCounter().count()).isEqualTo(1);
        assertThat(behind.get("changeover.received.bytes").functionCounter().count()).isEqualTo(10);
        assertThat(behind.get("changeover.draining").gauge().value()).isEqualTo(1);
        assertThat(behind.get("changeover.negotiation").functionTimer().count()).isEqualTo(3);
        registry.clear();
        assertThat(behind.getMeters()).isEmpty();
        assertThat(Metrics.globalRegistry.getMeters()).isEmpty();
    }

    @Test
    void registryOfTheContextIsPreferred() {
        MeterRegistry own = new SimpleMeterRegistry();
        MeterRegistryAdapter registry = registryWithMeters(own);
        assertThat(own.get("changeover.queued.bytes").gauge().value()).isEqualTo(30);
        assertThat(own.get("changeover.memory.bytes").gauge().value()).isEqualTo(31);
        assertThat(own.get("changeover.memory.max.bytes").gauge().value()).isEqualTo(32);
        for (CloseCause.Kind kind : CloseCause.Kind.values()) {
            assertThat(own.get("changeover.closed").tag("cause", kind.name().toLowerCase(Locale.ROOT)).functionCounter().count()).isNotNegative();
        }
        assertThat(behind.getMeters()).isEmpty();
        registry.clear();
        assertThat(own.getMeters()).isEmpty();
    }

    /** As in a container that contains Micrometer: two applications share one registry. */
    @Test
    void applicationsThatShareMicrometerHaveSeparateMeters() throws Exception {
        Class<?> loaded = new ApplicationLoader().loadClass(MicrometerRegistry.class.getName());
        Object registry = method(loaded, "of", ServletContext.class).invoke(null, context(null));
        Class<?> read = loaded.getClassLoader().loadClass(CachedMetrics.class.getName());
        var constructor = read.getDeclaredConstructor(Supplier.class);
        constructor.setAccessible(true);
        Object theirs = constructor.newInstance((Supplier<MetricsSnapshot>) () -> COUNTS);
        Class<?> meter = loaded.getClassLoader().loadClass(MeterDefinition.class.getName());
        for (Object one : (List<?>) method(meter, "all", MetricsSnapshot.class).invoke(null, COUNTS)) method(loaded, "add", meter, read).invoke(registry, one, theirs);
        assertThat(behind.getMeters()).isNotEmpty().allSatisfy(one -> assertThat(one.getId().getTag("context")).isEqualTo("/shop"));
        method(loaded, "clear").invoke(registry);
        assertThat(behind.getMeters()).isEmpty();
    }

    private static Method method(Class<?> type, String name, Class<?>... parameters) throws NoSuchMethodException {
        Method method = type.getDeclaredMethod(name, parameters);
        method.setAccessible(true);
        return method;
    }

    /** Defines the classes of Changeover itself, and gets Micrometer from its parent. */
    private static final class ApplicationLoader extends ClassLoader {
        ApplicationLoader() {
            super(MicrometerRegistryTest.class.getClassLoader());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (!name.startsWith("io.github.changeover.management.export.")) return super.loadClass(name, resolve);
            Class<?> before = findLoadedClass(name);
            if (before != null) return before;
            try (InputStream in = getParent().getResourceAsStream(name.replace('.', '/') + ".class")) {
                byte[] bytes = in.readAllBytes();
                return defineClass(name, bytes, 0, bytes.length);
            } catch (IOException absent) {
                throw new ClassNotFoundException(name, absent);
            }
        }
    }
}
