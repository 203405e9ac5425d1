package io.github.changeover.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.it.container.ContainerUnderTest;
import io.github.changeover.it.container.ContainersEngine;
import io.github.changeover.it.container.OnContainer;
import io.github.changeover.it.container.OnPayara7;
import io.github.changeover.websocket.HandshakeTable;
import io.github.changeover.websocket.HandshakeTable.HandshakeRow;
import java.io.IOException;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Checks {@code changeover.websocket.engine=container}: the engine of the container exchanges the messages, after our rules and our opening handshake. */
@OnContainer
@OnPayara7
@ContainersEngine
class WebSocketContainerEngineIT {
    private static ContainerUnderTest container;
    private static HandshakeCheck handshaking;

    @BeforeAll
    static void deploy(ContainerUnderTest under) {
        container = under;
        container.deploy(War.with("carried").webSocketApi().app("handshake").set("changeover.websocket.engine", "container").build(), "/carried");
        handshaking = new HandshakeCheck(container, "/carried", false);
    }

    @AfterAll
    static void undeploy() {
        container.undeploy("/carried");
    }

    static Stream<HandshakeRow> rows() {
        return HandshakeTable.rows();
    }

    @ParameterizedTest
    @MethodSource("rows")
    void handshakeTableRowIsAnsweredAsListed(HandshakeRow row) throws IOException {
        handshaking.check(row);
    }

    @Test
    void containerEngineExchangesMessages() {
        try (WebSocketTestClient talk = WebSocketTestClient.to(container.http(), "/carried/chat", "superchat")) {
            assertThat(talk.subprotocol()).isEqualTo("superchat");
            assertThat(talk.ask("hello")).isEqualTo("text hello");
            assertThat(talk.close(1000, "bye").nextEvent()).startsWith("close 1000");
        }
        assertThat(container.log()).contains("by the container's engine, org.");
    }

    @Test
    void containerEngineWorksOverTls() {
        try (WebSocketTestClient talk = WebSocketTestClient.to(container.https(), "/carried/chat")) {
            assertThat(talk.ask("hello")).isEqualTo("text hello");
        }
    }
}
