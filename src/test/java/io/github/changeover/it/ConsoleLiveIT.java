package io.github.changeover.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.it.container.ContainerUnderTest;
import io.github.changeover.it.container.EmbeddedOnly;
import io.github.changeover.it.container.Logins;
import io.github.changeover.it.container.LongRunning;
import io.github.changeover.it.container.OnContainer;
import io.github.changeover.testkit.Head;
import io.github.changeover.testkit.Message;
import io.github.changeover.testkit.Wire;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.yaml.snakeyaml.Yaml;

/** Checks the console's WebSocket: who may open it, and what it sends. These applications contain no WebSocket library. */
@OnContainer
@LongRunning
class ConsoleLiveIT {
    private static ContainerUnderTest server;
    private static String cookie;

    @BeforeAll
    static void deploy(ContainerUnderTest container) throws IOException {
        server = container;
        container.deploy(War.with("live").app("wire").app("stranger").set("changeover.console", "true").build(), "/live-on");
        container.deploy(War.with("liveless").app("foreign").build(), "/live-off");
        container.deploy(War.with("liverole").app("stranger").app("foreign").set("changeover.console", "true").set("changeover.console.role", Logins.ROLE)
                .webXml("<login-config><auth-method>BASIC</auth-method><realm-name>file</realm-name></login-config><security-role><role-name>member</role-name></security-role>")
                .file("WEB-INF/glassfish-web.xml", SecurityIT.ROLES).build(), "/live-role");
        cookie = ConsoleLogin.cookie(container, "/live-on");
    }

    @AfterAll
    static void undeploy(ContainerUnderTest container) {
        for (String context : List.of("/live-on", "/live-off", "/live-role")) container.undeploy(context);
    }

    private static Wire handshake(String context, String... fields) throws IOException {
        return Wire.connect(server.http()).send(Frames.handshake(context + "/console/live", fields));
    }

    private static int status(String context, String... fields) throws IOException {
        try (Wire wire = handshake(context, fields)) {
            return wire.readHead().status();
        }
    }

    private static Wire open() throws IOException {
        Wire wire = handshake("/live-on", cookie, "Origin: http://localhost", "Sec-Fetch-Site: same-origin");
        Head head = wire.readHead();
        assertThat(head.status()).isEqualTo(101);
        assertThat(head.only("Sec-WebSocket-Accept")).isEqualTo("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
        return wire;
    }

    /** The first of the next ten states that matches. */
    private static Map<?, ?> await(Wire wire, Predicate<Map<?, ?>> wished) throws IOException {
        for (int i = 0; i < 10; i++) {
            Frames.ReceivedFrame frame = Frames.read(wire);
            assertThat(frame.first()).isEqualTo(0x81);
            assertThat(frame.text()).matches("[\\x20-\\x7e]*");
            Map<?, ?> state = new Yaml().load(frame.text());
            if (wished.test(state)) return state;
        }
        throw new AssertionError("did not come about");
    }

    private static RawHttp.RawResponse send(Message message) throws IOException {
        try (Wire wire = Wire.connect(server.http()).send(message)) {
            return RawHttp.readResponse(wire);
        }
    }

    private static void command(String what) throws IOException {
        Matcher token = Pattern.compile("\"token\":\"([0-9a-f]+)\"").matcher(send(Message.of("GET /live-on/console/api/about", cookie)).body());
        assertThat(token.find()).isTrue();
        Message order = Message.of("POST /live-on/console/api/" + what, "X-Changeover-Token: " + token.group(1), cookie).content(new byte[0], Message.Framing.LENGTH);
        assertThat(send(order).status()).isEqualTo(200);
    }

    @Test
    void pageReceivesChangesButNotItsOwnConnection() throws IOException {
        try (Wire wire = open()) {
            Map<?, ?> first = await(wire, state -> true);
            assertThat(first.get("connections")).isEqualTo(List.of());
            assertThat(first.get("live")).isEqualTo(0);
            try (Wire greeted = ApplicationClient.of(server, "/live-on").offer("/greet", "greet/1")) {
                assertThat(greeted.readHead().status()).isEqualTo(101);
                Map<?, ?> state = await(wire, now -> now.get("live").equals(1));
                assertThat(((Map<?, ?>) ((List<?>) state.get("connections")).get(0)).get("protocol")).isEqualTo("greet/1");
                assertThat(((Map<?, ?>) ((Map<?, ?>) state.get("counts")).get("live")).containsKey("websocket")).isFalse();
            }
            await(wire, state -> state.get("live").equals(0));
            assertThat((List<?>) await(wire, state -> true).get("decisions")).as("each is reported once").isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"X-Test-From: 192.0.2.7", "X-Test-From: 2001:db8::7", "X-Forwarded-For: 127.0.0.1", "X-Forwarded-Host: localhost", "Forwarded: for=127.0.0.1",
            "Via: 1.1 proxy", "Origin: http://evil.example", "Origin: null", "Origin: https://localhost", "Sec-Fetch-Site: cross-site", "Sec-Fetch-Site: same-site"})
    void clientWithoutAccessToThePageIsRejected(String field) throws IOException {
        assertThat(status("/live-on", cookie, field)).isEqualTo(403);
    }

    @Test
    void reboundHostNameIsRejected() throws IOException {
        String request = Frames.handshake("/live-on/console/live", cookie, "Origin: http://evil.example").replace("Host: localhost", "Host: evil.example");
        try (Wire wire = Wire.connect(server.http()).send(request)) {
            assertThat(wire.readHead().status()).isEqualTo(403);
        }
    }

    @Test
    void disabledConsoleHasNoWebSocket() throws IOException {
        assertThat(status("/live-off")).isEqualTo(404);
    }

    @Test
    void roleGrantsAccess() throws IOException {
        assertThat(status("/live-role")).isEqualTo(401);
        assertThat(status("/live-role", Logins.basic(Logins.GUEST))).isEqualTo(403);
        assertThat(status("/live-role", Logins.basic(Logins.MEMBER), "Origin: http://evil.example")).isEqualTo(403);
        assertThat(status("/live-role", Logins.basic(Logins.MEMBER), "X-Test-From: 192.0.2.7", "Origin: http://localhost")).isEqualTo(101);
    }

    @Test
    void invalidHandshakeIsRejected() throws IOException {
        String request = Frames.handshake("/live-on/console/live", cookie).replace("Sec-WebSocket-Version: 13", "Sec-WebSocket-Version: 12");
        try (Wire wire = Wire.connect(server.http()).send(request)) {
            Head head = wire.readHead();
            assertThat(head.status()).isEqualTo(426);
            assertThat(head.only("Sec-WebSocket-Version")).isEqualTo("13");
        }
    }

    /** All frames except states, up to a Close frame, as text. */
    private static String readCloseText(Wire wire) throws IOException {
        StringBuilder said = new StringBuilder();
        for (int i = 0; i < 20; i++) {
            Frames.ReceivedFrame frame = Frames.read(wire);
            if (frame.first() != 0x81) said.append(frame).append('|');
            if (frame.first() == 0x88) break;
        }
        return said.toString();
    }

    @Test
    void pingAndCloseAreAnsweredAndTextIsIgnored() throws IOException {
        try (Wire wire = open()) {
            wire.send(Frames.text("drain")).send(Frames.of(0x89, Frames.utf8("there?"))).send(Frames.close(1000, ""));
            assertThat(readCloseText(wire)).isEqualTo("8a there?|88 1000 |");
            assertThat(wire.readToEnd().end()).isEqualTo(Wire.End.FIN);
        }
    }

    @Test
    void invalidFrameClosesTheConnection() throws IOException {
        try (Wire wire = open()) {
            wire.send(new byte[] {(byte) 0x81, 0x01, 'x'});
            assertThat(readCloseText(wire)).startsWith("88 1002 ");
        }
    }

    @Test
    void pageResumesFromItsLastState() throws IOException {
        try (Wire ignored = ApplicationClient.of(server, "/live-on").offer("/greet", "unknown/7")) {
            ignored.readHead();
        }
        try (Wire wire = Wire.connect(server.http()).send(Frames.handshake("/live-on/console/live?sample=0&decision=0", cookie))) {
            assertThat(wire.readHead().status()).isEqualTo(101);
            assertThat((List<?>) await(wire, state -> true).get("decisions")).isNotEmpty();
        }
        try (Wire wire = Wire.connect(server.http()).send(Frames.handshake("/live-on/console/live?decision=999999999&sample=999999999999999", cookie))) {
            assertThat(wire.readHead().status()).isEqualTo(101);
            Map<?, ?> first = await(wire, state -> true);
            assertThat(first.get("decisions")).isEqualTo(List.of());
            assertThat(first.get("samples")).isEqualTo(List.of());
        }
    }

    @Test
    @EmbeddedOnly
    void applicationStopClosesTheWebSocketAndReleasesTheLoader() throws Exception {
        server.deploy(War.with("live-lived").app("lived").set("changeover.console", "true").set("changeover.linger", "200ms").build(), "/live-lived");
        WeakReference<?> loader = (WeakReference<?>) System.getProperties().remove("lived.loader");
        try (Wire wire = handshake("/live-lived", ConsoleLogin.cookie(server, "/live-lived"))) {
            assertThat(wire.readHead().status()).isEqualTo(101);
            await(wire, state -> true);
            server.undeploy("/live-lived");
            assertThat(readCloseText(wire)).isEqualTo("88 1001 The server is closing the connection.|");
        }
        assertThat(GarbageCollection.collects(loader)).isTrue();
    }
}
