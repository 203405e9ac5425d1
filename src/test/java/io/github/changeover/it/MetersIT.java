package io.github.changeover.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.it.container.ContainerUnderTest;
import io.github.changeover.it.container.EmbeddedOnly;
import io.github.changeover.it.container.LongRunning;
import io.github.changeover.it.container.OnContainer;
import io.github.changeover.it.container.PayaraOnly;
import io.github.changeover.testkit.Wire;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Checks the counters in the metrics library of the application. */
@OnContainer
@LongRunning
class MetersIT {
    private static final String CONTEXT = "/metered";

    private static Wire guestConnection(ApplicationClient application) throws IOException {
        Wire wire = application.offer("/guest", "guest/1");
        assertThat(wire.readHead().status()).isEqualTo(101);
        assertThat(wire.send("hello").readText(5)).isEqualTo("hello");
        return wire;
    }

    /** The samples in a text of Prometheus or OpenMetrics, by name and labels. */
    private static Map<String, Double> samples(String text) {
        Map<String, Double> samples = new TreeMap<>();
        for (String line : text.split("\n")) {
            int value = line.lastIndexOf(' ');
            if (line.startsWith("changeover_")) samples.put(line.substring(0, value), Double.valueOf(line.substring(value + 1)));
        }
        return samples;
    }

    private static double await(ApplicationClient application, String page, String sample, double least) throws Exception {
        double value = -1;
        for (int i = 0; i < 100 && value < least; i++) {
            Thread.sleep(50);       // a value may be up to 200 ms old
            value = samples(application.page(page)).getOrDefault(sample, -1.0);
        }
        return value;
    }

    @Test
    void micrometerHasTheMetricsOfThePage(ContainerUnderTest container) throws Exception {
        container.deploy(War.with("metered").app("metered").micrometer().set("changeover.metrics.path", "/metrics").build(), CONTEXT);
        try {
            ApplicationClient application = ApplicationClient.of(container, CONTEXT);
            System.gc();        // Micrometer holds weak references to what it reads
            try (Wire wire = guestConnection(application); Wire ignored = application.offer("/guest", "nope")) {
                assertThat(ignored.readHead().status()).isEqualTo(404);
                assertThat(await(application, "/scrape", "changeover_decisions_total{outcome=\"ignored\",reason=\"not_served\"}", 1)).isEqualTo(1);
                assertThat(await(application, "/scrape", "changeover_opened_total{protocol=\"guest/1\"}", 1)).isEqualTo(1);
                assertThat(await(application, "/scrape", "changeover_connections{protocol=\"guest/1\"}", 1)).isEqualTo(1);
                assertThat(await(application, "/scrape", "changeover_received_bytes_total", 5)).isEqualTo(5);
                Map<String, Double> scraped = samples(application.page("/scrape"));
                Set<String> told = new TreeSet<>(samples(application.page("/metrics")).keySet());
                told.removeIf(name -> name.contains("_bucket{") || name.startsWith("changeover_info"));
                assertThat(scraped.keySet()).containsAll(told).noneMatch(name -> name.contains("nope"));
                assertThat(scraped.get("changeover_negotiation_seconds_sum")).isBetween(0.000001, 60.0);
            }
            assertThat(RawHttp.isLogged(container, "The metrics are exported to Micrometer")).isTrue();
        } finally {
            container.undeploy(CONTEXT);
        }
    }

    @Test
    void registryOfTheContextIsPreferred(ContainerUnderTest container) throws Exception {
        container.deploy(War.with("metered-own").app("metered").micrometer().set("metered.own", "true").build(), CONTEXT);
        try {
            ApplicationClient application = ApplicationClient.of(container, CONTEXT);
            assertThat(samples(application.page("/scrape"))).isEmpty();
            assertThat(samples(application.page("/scrape?own"))).containsKey("changeover_draining");
        } finally {
            container.undeploy(CONTEXT);
        }
    }

    @Test
    void disabledMetersRegisterNothing(ContainerUnderTest container) throws Exception {
        container.deploy(War.with("metered-off").app("metered").micrometer().set("changeover.meters", "false").build(), CONTEXT);
        try {
            assertThat(samples(ApplicationClient.of(container, CONTEXT).page("/scrape"))).isEmpty();
        } finally {
            container.undeploy(CONTEXT);
        }
    }

    @Test
    @EmbeddedOnly
    void stoppedApplicationIsReleased(ContainerUnderTest container) throws Exception {
        container.deploy(War.with("metered").app("metered").micrometer().build(), CONTEXT);
        WeakReference<?> loader = (WeakReference<?>) System.getProperties().remove("metered.loader");
        try (Wire wire = guestConnection(ApplicationClient.of(container, CONTEXT))) {
            assertThat(samples(ApplicationClient.of(container, CONTEXT).page("/scrape"))).containsKey("changeover_draining");
        } finally {
            container.undeploy(CONTEXT);
        }
        assertThat(GarbageCollection.collects(loader)).isTrue();
    }

    @Test
    @PayaraOnly
    @EmbeddedOnly
    void microProfileHasTheMetricsUntilTheApplicationStops(ContainerUnderTest container) throws Exception {
        container.deploy(War.with("profiled").app("profiled").file("WEB-INF/beans.xml", "<beans xmlns=\"https://jakarta.ee/xml/ns/jakartaee\" "
                + "version=\"4.0\" bean-discovery-mode=\"annotated\"/>").build(), "/profiled");
        Object registry;
        try {
            ApplicationClient application = ApplicationClient.of(container, "/profiled");
            try (Wire wire = guestConnection(application)) {
                assertThat(await(application, "/gauges", "changeover_opened_total{protocol=guest/1}", 1)).isEqualTo(1);
                assertThat(await(application, "/gauges", "changeover_received_bytes_total{}", 5)).isEqualTo(5);
                assertThat(samples(application.page("/gauges"))).containsKeys("changeover_draining{}", "changeover_closed_total{cause=peer}",
                        "changeover_negotiation_seconds_count{}", "changeover_decisions_total{outcome=refused, reason=limit}");
            }
            registry = System.getProperties().remove("profiled.registry");
            assertThat(names(registry)).contains("changeover_connections");
        } finally {
            container.undeploy("/profiled");
        }
        assertThat(names(registry)).noneMatch(name -> name.startsWith("changeover"));
    }

    private static Set<String> names(Object registry) throws ReflectiveOperationException {
        Set<String> names = new TreeSet<>();
        for (Object name : (Set<?>) registry.getClass().getMethod("getNames").invoke(registry)) names.add((String) name);
        return names;
    }
}
