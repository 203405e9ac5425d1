package io.github.changeover.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.it.container.ContainerUnderTest;
import io.github.changeover.it.container.OnContainer;
import io.github.changeover.it.container.OnPayara7;
import io.github.changeover.it.container.PayaraOnly;
import io.github.changeover.testkit.Wire;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Checks that where there is CDI, endpoints are injected, once for each connection, and beans can be protocols. */
@OnContainer
@OnPayara7
@PayaraOnly
class InjectionIT {
    static final String ALL = "<beans xmlns=\"https://jakarta.ee/xml/ns/jakartaee\" version=\"4.0\" bean-discovery-mode=\"all\"/>";

    @ParameterizedTest
    @ValueSource(strings = {"annotated", "all"})
    void endpointsAreInjectedAndBeansMayBeProtocols(String discovery, ContainerUnderTest container) throws Exception {
        War war = War.with("injected-" + discovery).app("injected").set("changeover.path./offered.protocols", "offered");
        if (discovery.equals("all")) war.file("WEB-INF/beans.xml", ALL);
        container.deploy(war.build(), "/injected");
        try {
            ApplicationClient injected = ApplicationClient.of(container, "/injected");
            echo(injected, "plain");
            echo(injected, "plain");
            echo(injected, "bean");
            assertThat(recordedEvents(injected, 6)).containsExactlyInAnyOrder("plain made", "plain gone", "plain made", "plain gone", "bean made", "bean gone");
            try (Wire wire = injected.offer("/offered", "offered")) {
                assertThat(wire.readHead().status()).isEqualTo(101);
                assertThat(wire.readLine()).isEqualTo("by a bean\n");
            }
            assertThat(recordedEvents(injected, 7)).endsWith("offered");
            try (Wire reader = injected.offer("/reader", "injected")) {
                assertThat(reader.readHead().status()).isEqualTo(101);
                assertThat(recordedEvents(injected, 8)).as("observers get the events of topics").endsWith("joined news");
                injected.page("/told?publish=hello");
                assertThat(reader.readText(5)).isEqualTo("hello");
            }
            assertThat(recordedEvents(injected, 9)).endsWith("left news");
        } finally {
            container.undeploy("/injected");
        }
    }

    private static void echo(ApplicationClient injected, String path) throws IOException {
        try (Wire wire = injected.offer("/" + path, "injected")) {
            assertThat(wire.readHead().status()).isEqualTo(101);
            assertThat(wire.send("hello").readText(5)).isEqualTo("hello");
            assertThat(wire.shutdownOutput().readToEnd().end()).isEqualTo(Wire.End.FIN);
        }
    }

    /** Waits up to five seconds for this number of events. */
    private static List<String> recordedEvents(ApplicationClient injected, int count) throws Exception {
        long end = System.nanoTime() + Duration.ofSeconds(5).toNanos();
        List<String> events;
        do {
            events = List.of(injected.page("/told").split(","));
            Thread.sleep(20);
        } while (events.size() < count && System.nanoTime() < end);
        return events;
    }
}
