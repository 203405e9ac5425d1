package io.github.changeover.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.it.container.ContainerUnderTest;
import io.github.changeover.it.container.NotOnEmbeddedTomcat;
import io.github.changeover.it.container.OnContainer;
import io.github.changeover.it.container.OnPayara7;
import io.github.changeover.testkit.Wire;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Checks that a connection on which nothing happens stays open until {@code changeover.idle}, although the container closes an idle HTTP connection earlier:
 * Payara after 30 s, a Tomcat distribution after 20 s (its server.xml). An embedded Tomcat would wait for 60 s, longer than this test.
 */
@OnContainer
@OnPayara7
@NotOnEmbeddedTomcat
@Tag("full")
@Tag("quiet")
class QuietConnectionIT {
    private static final Duration LONGER_THAN_OF_CONTAINER = Duration.ofSeconds(33);
    private static ProbeClient probe;

    @BeforeAll
    static void deploy(ContainerUnderTest container) {
        container.deploy(War.with("quiet").app("probe").build(), "/quiet");
        probe = new ProbeClient(container, "/quiet");
    }

    @AfterAll
    static void undeploy(ContainerUnderTest container) {
        container.undeploy("/quiet");
    }

    private static Wire open(String path) throws IOException {
        Wire wire = probe.offer(path, "quiet" + path);
        assertThat(wire.readHead().status()).isEqualTo(101);
        return wire;
    }

    private static void echo(Wire wire) throws IOException {
        assertThat(wire.send("hello").readText(5)).isEqualTo("hello");
    }

    @Test
    void containersTimeForIdleConnectionsDoesNotApply() throws IOException {
        try (Wire silent = open("/echo"); Wire silentBlocking = open("/blocking"); Wire talked = open("/echo"); Wire talkedBlocking = open("/blocking")) {
            for (int i = 0; i < 5; i++) {       // an event loop reports the events of a connection that has talked
                echo(talked);
                echo(talkedBlocking);
            }
            assertThat(silent.isClosedByPeer(LONGER_THAN_OF_CONTAINER)).isFalse();
            for (Wire each : new Wire[] {silent, silentBlocking, talked, talkedBlocking}) echo(each);
        }
    }
}
