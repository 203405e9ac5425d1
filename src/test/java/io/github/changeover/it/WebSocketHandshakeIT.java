package io.github.changeover.it;

import io.github.changeover.conformance.Covers;
import io.github.changeover.it.container.ContainerUnderTest;
import io.github.changeover.it.container.OnContainer;
import io.github.changeover.it.container.OnPayara7;
import io.github.changeover.websocket.HandshakeTable;
import io.github.changeover.websocket.HandshakeTable.HandshakeRow;
import java.io.IOException;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Checks the table of opening handshakes, byte by byte, on the connectors of a container. */
@OnContainer
@OnPayara7
class WebSocketHandshakeIT {
    private static HandshakeCheck handshaking;

    @BeforeAll
    static void deploy(ContainerUnderTest container) {
        container.deploy(War.with("handshake").webSocket().app("handshake").build(), "/handshake");
        handshaking = new HandshakeCheck(container, "/handshake", true);
    }

    @AfterAll
    static void undeploy(ContainerUnderTest container) {
        container.undeploy("/handshake");
    }

    static Stream<HandshakeRow> rows() {
        return HandshakeTable.rows();
    }

    @ParameterizedTest
    @MethodSource("rows")
    @Covers({"RFC6455-4.2.1-01", "RFC6455-4.2.1-02", "RFC6455-4.2.1-03", "RFC6455-4.2.1-04", "RFC6455-4.2.1-05", "RFC6455-4.2.1-06", "RFC6455-4.2.1-07",
            "RFC6455-4.2.2-01", "RFC6455-4.2.2-03", "RFC6455-4.2.2-04", "RFC6455-4.2.2-05", "RFC6455-4.2.2-06", "RFC6455-4.2.2-07", "RFC6455-4.2.2-08",
            "RFC6455-4.4-01", "RFC7692-5-01", "RFC7692-5.1-01", "RFC7692-7.1.1.1-01", "RFC7692-7.1.2.1-01", "RFC7692-7.1.2.2-01",
            "MDN-07", "MDN-08", "MDN-09", "MDN-10", "MDN-12"})
    void handshakeTableRowIsAnsweredAsListed(HandshakeRow row) throws IOException {
        handshaking.check(row);
    }
}
