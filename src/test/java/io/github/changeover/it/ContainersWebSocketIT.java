package io.github.changeover.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.it.container.ContainerUnderTest;
import io.github.changeover.it.container.ContainersEngine;
import io.github.changeover.it.container.OnContainer;
import io.github.changeover.it.container.OnPayara7;
import io.github.changeover.it.container.PayaraOnly;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Our core JAR alone, without changeover-websocket, in an application whose endpoints the container's own engine serves. */
@OnContainer
@OnPayara7
@ContainersEngine
class ContainersWebSocketIT {
    @Test
    @DisplayName("H1, W16: the container's own engine upgrades a request that we have repaired, and its endpoint answers")
    void theContainersEngineServes(ContainerUnderTest container) {
        container.deploy(War.with("socket").app("socket").build(), "/socket");
        try (Talk talk = Talk.to(container.http(), "/socket/echo")) {
            assertThat(talk.ask("hello")).isEqualTo("text said hello");
            assertThat(talk.ask("again")).isEqualTo("text said again");
        } finally {
            container.undeploy("/socket");
        }
    }

    /** A full Tomcat does not start an application with Tyrus unless its own engine is left out. */
    @Test
    @PayaraOnly
    @DisplayName("H6: with changeover.container=off and changeover-websocket the container's own engine serves")
    void theContainersEngineServesWhereOursIsOff(ContainerUnderTest container) {
        container.deploy(War.with("socket-off").app("socket").webSocket().set("changeover.container", "off").build(), "/socketoff");
        try (Talk talk = Talk.to(container.http(), "/socketoff/echo")) {
            assertThat(talk.ask("hello")).isEqualTo("text said hello");
        } finally {
            container.undeploy("/socketoff");
        }
    }
}
