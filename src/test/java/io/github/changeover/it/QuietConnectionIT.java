package io.github.changeover.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.it.container.ContainerUnderTest;
import io.github.changeover.it.container.NotOnEmbeddedTomcat;
import io.github.changeover.it.container.OnContainer;
import io.github.changeover.it.container.OnPayara7;
import io.github.changeover.it.container.OnWildFly;
import io.github.changeover.testkit.Wire;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Checks that a connection on which nothing happens stays open until {@code changeover.idle}, although the container closes an idle HTTP connection earlier:
 * Payara after 30 s, a Tomcat distribution after 20 s (its server.xml), and WildFly after 2 s (its configuration in the tests). An embedded Tomcat would wait for 60 s, longer than this test.
 */
@OnContainer
@OnPayara7
@OnWildFly
@NotOnEmbeddedTomcat
@Tag("full")
@Tag("quiet")
class QuietConnectionIT {
    private static Duration longerThanOfContainer;
    private static ProbeClient clear, secure;

    @BeforeAll
    static void deploy(ContainerUnderTest container) {
        container.deploy(War.with("quiet").app("probe").build(), "/quiet");
        clear = new ProbeClient(container, "/quiet");
        secure = ProbeClient.secure(container, "/quiet");
        longerThanOfContainer = Duration.ofSeconds(container.name().startsWith("wildfly") ? 6 : 33);
    }

    @AfterAll
    static void undeploy(ContainerUnderTest container) {
        container.undeploy("/quiet");
    }

    private static Wire open(ProbeClient probe, String path) throws IOException {
        Wire wire = probe.offer(path, "quiet" + path);
        assertThat(wire.readHead().status()).isEqualTo(101);
        return wire;
    }

    private static void echo(Wire wire) throws IOException {
        assertThat(wire.send("hello").readText(5)).isEqualTo("hello");
    }

    @Test
    void containersTimeForIdleConnectionsDoesNotApply() throws IOException {
        try (Wire silent = open(clear, "/echo"); Wire silentBlocking = open(clear, "/blocking"); Wire talked = open(clear, "/echo"); Wire talkedBlocking = open(clear, "/blocking");
             Wire silentOverTls = open(secure, "/echo"); Wire talkedOverTls = open(secure, "/echo")) {
            for (int i = 0; i < 5; i++) {       // an event loop reports the events of a connection that has talked
                echo(talked);
                echo(talkedBlocking);
                echo(talkedOverTls);
            }
            assertThat(silent.isClosedByPeer(longerThanOfContainer)).isFalse();
            for (Wire each : new Wire[] {silent, silentBlocking, talked, talkedBlocking, silentOverTls, talkedOverTls}) echo(each);
        }
    }
}
