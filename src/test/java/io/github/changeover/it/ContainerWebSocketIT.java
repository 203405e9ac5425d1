package io.github.changeover.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.it.container.ContainerUnderTest;
import io.github.changeover.it.container.ContainersEngine;
import io.github.changeover.it.container.OnContainer;
import io.github.changeover.it.container.OnPayara7;
import io.github.changeover.it.container.PayaraOnly;
import io.github.changeover.testkit.Head;
import io.github.changeover.testkit.Wire;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Checks endpoints that the container's own WebSocket engine serves. With our core JAR, without changeover-websocket, they behave as without our JAR. */
@OnContainer
@OnPayara7
class ContainerWebSocketIT {
    private static final String AT = "/socket", ALONE = "/alone";
    private static ContainerUnderTest container;

    @BeforeAll
    static void deploy(ContainerUnderTest under) {
        container = under;
        container.deploy(War.with("socket").app("socket").containersEngine(container).build(), AT);
        container.deploy(War.plain("alone").app("socket").containersEngine(container).build(), ALONE);
    }

    @AfterAll
    static void undeploy() {
        container.undeploy(AT);
        container.undeploy(ALONE);
    }

    @ParameterizedTest(name = "W16: {0}")
    @ValueSource(strings = {"/echo", "/filtered/echo"})
    void annotatedEndpointEchoes(String path) {
        for (URI server : List.of(container.http(), container.https())) {
            try (WebSocketTestClient talk = WebSocketTestClient.to(server, AT + path)) {
                assertThat(talk.ask("hello")).isEqualTo("text said hello");
                assertThat(talk.ask("x".repeat(5_000))).isEqualTo("text said " + "x".repeat(5_000));
                assertThat(talk.send(new byte[5_000]).nextEvent()).isEqualTo("binary 5000");
                assertThat(talk.send("la", false).send("ter", true).nextEvent()).isEqualTo("text it is later");
                assertThat(talk.ping("there?").nextEvent()).isEqualTo("pong there?");
                assertThat(talk.close(1000, "bye").nextEvent()).startsWith("close 1000");
            }
        }
    }

    @Test
    @DisplayName("W16: an endpoint that a listener has added")
    void programmaticEndpointEchoes() {
        try (WebSocketTestClient talk = WebSocketTestClient.to(container.http(), AT + "/added")) {
            assertThat(talk.ask("hello")).isEqualTo("text added hello");
        }
    }

    /**
     * Compares head and frames. The two frames are sent in one segment after the handshake, because Payara's own engine loses a frame that is sent
     * with the handshake.
     */
    @ParameterizedTest(name = "W16: {0} has the same response without our JAR")
    @ValueSource(strings = {"/echo", "/filtered/echo", "/added", "/echo|Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits",
        "/echo|Sec-WebSocket-Extensions: permessage-deflate|Sec-WebSocket-Protocol: other, said", "/echo|Origin: http://elsewhere.example", "/echo|Cookie: a=b"})
    void upgradeIsTheSameWithoutOurJar(String text) throws IOException {
        String with = conversation(AT, text);
        assertThat(with).startsWith("HTTP/1.1 101 ").contains("hello", "again");
        assertThat(with).isEqualTo(conversation(ALONE, text));
    }

    private static String conversation(String context, String text) throws IOException {
        String[] parts = text.split("\\|");
        String handshake = Frames.handshake(context + parts[0], Arrays.copyOfRange(parts, 1, parts.length));
        List<String> told = new ArrayList<>();
        try (Wire wire = Wire.connect(container.http()).send(handshake)) {
            Head answer = wire.readHead();
            told.add(withoutDate(answer));
            boolean deflate = answer.raw().contains("permessage-deflate");
            ClientInflater inflation = new ClientInflater();
            wire.send(Frames.join(Frames.text("hello"), Frames.text("again")));
            told.add(describe(Frames.read(wire), deflate, inflation));
            told.add(describe(Frames.read(wire), deflate, inflation));
            wire.send(Frames.close(1000, "bye"));
            told.add(Frames.read(wire).toString());
        }
        return String.join("\n", told);
    }

    private static String describe(Frames.ReceivedFrame frame, boolean deflate, ClientInflater inflation) {
        boolean compressed = deflate && (frame.first() & 0x40) != 0;
        return Integer.toHexString(frame.first()) + " " + (compressed ? new String(inflation.inflate(frame.payload()), StandardCharsets.UTF_8) : frame.text());
    }

    @ParameterizedTest(name = "W16: {0} has the same status without our JAR")
    @ValueSource(strings = {"GET /nothing|Sec-WebSocket-Version: 13|Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "GET /echo|Sec-WebSocket-Version: 13", "GET /echo|Sec-WebSocket-Key: short|Sec-WebSocket-Version: 13",
        "GET /echo|Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==|Sec-WebSocket-Version: 7"})
    void rejectionHasTheSameStatusWithoutOurJar(String text) throws IOException {
        assertThat(status(AT, text)).isEqualTo(status(ALONE, text));
    }

    private static int status(String context, String text) throws IOException {
        String[] lines = text.split("\\|");
        String request = lines[0].replace(" /", " " + context + "/") + " HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                + String.join("\r\n", Arrays.copyOfRange(lines, 1, lines.length)) + "\r\n\r\n";
        try (Wire wire = Wire.connect(container.http()).send(request)) {
            return wire.readHead().status();
        }
    }

    private static String withoutDate(Head head) {
        return head.raw().replaceAll("(?m)^Date:.*\r\n", "");
    }

    @Test
    @DisplayName("W19: an engine that has replaced our ServerContainer is named at start, with advice for this container")
    void replacingEngineIsNamedAtStart() {
        int before = container.log().length();
        container.deploy(War.with("replaced").app("replaced").webSocket().build(), "/replaced");
        try {
            String warning = container.log().substring(before).lines().filter(line -> line.contains("has replaced the ServerContainer of Changeover in '/replaced'")).findFirst().orElseThrow();
            assertThat(warning).contains("Another WebSocket engine, ", "Proxy", "changeover.websocket.engine=container");
            if (container.isTomcat()) {
                assertThat(warning).contains("containerSciFilter=\"org.apache.tomcat.websocket.server.WsSci\"");
            } else {
                assertThat(warning).doesNotContain("Tomcat", "context.xml");
            }
        } finally {
            container.undeploy("/replaced");
        }
    }

    /** Not on Tomcat: a full Tomcat starts an application with Tyrus only if Tomcat's own engine is disabled. */
    @Test
    @PayaraOnly
    @ContainersEngine
    @DisplayName("H6: with changeover.container=off and changeover-websocket the engine of the container serves")
    void containerEngineServesIfOursIsDisabled() {
        container.deploy(War.with("socket-off").app("socket").webSocket().set("changeover.container", "off").build(), "/socketoff");
        try (WebSocketTestClient talk = WebSocketTestClient.to(container.http(), "/socketoff/echo")) {
            assertThat(talk.ask("hello")).isEqualTo("text said hello");
        } finally {
            container.undeploy("/socketoff");
        }
    }
}
