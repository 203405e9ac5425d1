package io.github.changeover.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.it.container.ContainerUnderTest;
import io.github.changeover.it.container.OnContainer;
import io.github.changeover.it.container.TomcatServletEdgeOnly;
import io.github.changeover.testkit.Wire;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What Tomcat's Servlet API cannot do, and docs/containers.md tells: when one of these fails, Tomcat has mended it. */
@OnContainer
@TomcatServletEdgeOnly
class TomcatServletEdgeIT {
    private static Probing probe;

    @BeforeAll
    static void deploy(ContainerUnderTest container) {
        container.deploy(War.with("tomcat-servlet").app("probe").set("changeover.stall", "500ms").set("changeover.linger", "100ms").build(), "/tomcat-servlet");
        probe = new Probing(container, "/tomcat-servlet");
    }

    @AfterAll
    static void undeploy(ContainerUnderTest container) {
        container.undeploy("/tomcat-servlet");
    }

    @Test
    void aCloseFromAnotherThreadWaitsForThePeersNextOctet() throws IOException {
        try (Wire wire = probe.offer("/commands", "close")) {
            wire.readHead();
            probe.events("close", "opened");
            probe.control("close", "send&text=abc");
            assertThat(wire.readText(3)).isEqualTo("abc");
            probe.control("close", "close");
            assertThat(probe.events("close", "closed")).contains("closed HANDLER");
            assertThat(wire.isClosedByPeer(Duration.ofSeconds(1))).isFalse();
            wire.send("x");
            assertThat(wire.isClosedByPeer(Duration.ofSeconds(3))).isTrue();
        }
    }

    @Test
    void aStalledPeerIsToldOffButKeepsItsSocket() throws IOException {
        try (Wire wire = probe.offer("/commands", "stall")) {
            wire.readHead();
            probe.events("stall", "opened");
            probe.control("stall", "fill");
            assertThat(probe.events("stall", "closed")).contains("closed STALLED");
            assertThat(wire.patience(Duration.ofSeconds(1)).readToEnd().end()).isEqualTo(Wire.End.FIN);     // once it reads, it is let go
        }
    }
}
