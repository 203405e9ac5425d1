package io.github.changeover.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.it.container.ContainerUnderTest;
import io.github.changeover.it.container.OnContainer;
import io.github.changeover.it.container.OnPayara7;
import io.github.changeover.testkit.Head;
import io.github.changeover.testkit.Wire;
import java.io.IOException;
import java.net.URI;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code ServerContainer.upgradeHttpToWebSocket}: an application that asks for the switch itself, amid its answer. */
@OnContainer
@OnPayara7
class FrontControllerIT {
    private static final String AT = "/front";
    private static ContainerUnderTest container;
    private static URI server;

    @BeforeAll
    static void deploy(ContainerUnderTest under) {
        container = under;
        server = container.http();
        container.deploy(War.with("front").webSocket().app("front").build(), AT);
    }

    @AfterAll
    static void undeploy() {
        container.undeploy(AT);
    }

    @Test
    void theEndpointMadeForTheRequestHasTheConnection() {
        try (Talk ann = Talk.to(server, AT + "/rooms/blue%20room", "chat", "X-Name", "ann"); Talk ben = Talk.to(server, AT + "/rooms/red", "", "X-Name", "ben")) {
            assertThat(ann.subprotocol()).isEqualTo("chat");
            assertThat(ann.next()).isEqualTo("text hello ann in blue room, blue room, " + AT + "/rooms/blue%20room, chat");
            assertThat(ben.next()).isEqualTo("text hello ben in red, red, " + AT + "/rooms/red, ");
            assertThat(ann.ask("one")).isEqualTo("text ann: one");
            assertThat(ben.ask("two")).isEqualTo("text ben: two");
            assertThat(ann.goodbye(1000, "").next()).isEqualTo("close 1000 ");
            assertThat(ben.ask("three")).isEqualTo("text ben: three");
        }
    }

    @Test
    void theAnswerIsAsOurHandshakeWritesItAndKeepsTheApplicationsCookie() throws IOException {
        try (Wire wire = Wire.connect(server).send(Frames.handshake(AT + "/rooms/red", "Sec-WebSocket-Extensions: permessage-deflate"))) {
            Head head = wire.readHead();
            assertThat(head.status()).isEqualTo(101);
            assertThat(head.only("Upgrade")).isEqualTo("websocket");
            assertThat(head.only("Connection")).isEqualTo("Upgrade");
            assertThat(head.only("Sec-WebSocket-Accept")).isEqualTo("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
            assertThat(head.only("Sec-WebSocket-Extensions")).startsWith("permessage-deflate");
            assertThat(head.only("Set-Cookie")).startsWith("seen=yes");
            assertThat(head.all("Content-Length")).isEmpty();
        }
    }

    /** It is told why, and answers itself. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "X: y                        | Upgrade: nothing  | nothing that is offered is served here",
        "Sec-WebSocket-Version: 13   | Upgrade: websocket | Sec-WebSocket-Key",
        "Sec-WebSocket-Version: 8    | Upgrade: websocket | Sec-WebSocket-",
        "Origin: http://evil.example | Upgrade: websocket | changeover.websocket.origins"})
    void whatIsNoHandshakeIsTheApplicationsToAnswer(String field, String upgrade, String reason) throws IOException {
        try (Wire wire = Wire.connect(server).send("GET " + AT + "/rooms/red HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\n" + upgrade + "\r\n" + field + "\r\n\r\n")) {
            Head head = wire.readHead();
            assertThat(head.status()).isEqualTo(409);
            assertThat(wire.readBodyText(head)).startsWith("This request cannot change the protocol: ").contains(reason);
        }
    }

    @Test
    void withoutAnOfferTheApplicationIsTold() throws IOException {
        assertThat(Ask.once(container, Ask.get(AT + "/rooms/red")).body()).contains("it has no Upgrade field");
    }

    @Test
    void theLimitsHoldAndAreAnsweredByUs() throws IOException {
        container.deploy(War.with("front-narrow").webSocket().app("front").set("changeover.connections.max", "1").build(), "/narrow");
        try (Talk ann = Talk.to(server, "/narrow/rooms/red", "", "X-Name", "ann")) {
            assertThat(ann.next()).startsWith("text hello ann");
            Head refused = Ask.head(container, Frames.handshake("/narrow/rooms/red"));
            assertThat(refused.status()).isEqualTo(503);
            assertThat(refused.only("Retry-After")).isEqualTo("5");
        } finally {
            container.undeploy("/narrow");
        }
    }
}
