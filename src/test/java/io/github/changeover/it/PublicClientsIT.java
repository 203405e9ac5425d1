package io.github.changeover.it;

import static io.github.changeover.it.Frames.join;
import static io.github.changeover.it.Frames.of;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.it.container.ContainerUnderTest;
import io.github.changeover.it.container.OnContainer;
import io.github.changeover.it.container.OncePerEdge;
import io.github.changeover.testkit.Head;
import io.github.changeover.testkit.Wire;
import io.github.changeover.websocket.HandshakeTable;
import io.github.changeover.websocket.HandshakeTable.HandshakeRow;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Checks handshakes of public clients, also as proxies and filters change them: each is accepted, or rejected with a message that names the reason. */
@OnContainer
@OncePerEdge
class PublicClientsIT {
    private static final String AT = "/clients";
    private static final String DEFLATE = "Sec-WebSocket-Extensions: permessage-deflate";
    private static ContainerUnderTest container;

    @BeforeAll
    static void deploy(ContainerUnderTest under) {
        container = under;
        container.deploy(War.with("clients").webSocket().app("clients")
                .file("META-INF/context.xml", "<Context containerSciFilter=\"org.apache.tomcat.websocket.server.WsSci\"><Valve className=\"org.apache.catalina.valves.RemoteIpValve\" "
                        + "remoteIpHeader=\"X-Valve-For\" protocolHeader=\"X-Valve-Proto\" hostHeader=\"X-Valve-Host\"/></Context>")
                .set("changeover.trusted-proxies", "127.0.0.1, ::1")
                .set("changeover.path./listed.websocket.origins", "null, file://, http://server.example.com/ocpp, http://server.example.com/, capacitor://localhost, \"charger\", "
                        + "chrome-extension://abcdefghijklmnopabcdefghijklmnop, moz-extension://4e3c0d4e-7b60-4f3a-9d8e-1a0f8a8d9b11")
                .set("changeover.path./any.websocket.origins", "*")
                .set("changeover.path./tuned.websocket.deflate.context", "false").set("changeover.path./tuned.websocket.deflate.level", "9")
                .set("changeover.path./tuned.websocket.deflate.min", "1000").set("changeover.path./bare.websocket.deflate", "false").build(), AT);
    }

    @AfterAll
    static void undeploy() {
        container.undeploy(AT);
    }

    static Stream<HandshakeRow> rows() {
        return HandshakeTable.clients();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("rows")
    void handshakeOfAPublicClientIsAnsweredAsListed(HandshakeRow row) throws IOException {
        List<String> request = new ArrayList<>();
        request.add(row.requestLine().replaceFirst(" /", " " + AT + "/"));
        request.addAll(row.lines());
        try (Wire wire = Wire.connect(container.http()).send(String.join("\r\n", request) + "\r\n\r\n")) {
            Head head = wire.readHead();
            assertThat(head.status()).as("%s", head).isEqualTo(row.status().orElseThrow());
            if (head.status() == 101) {
                for (String name : List.of("Sec-WebSocket-Protocol", "Sec-WebSocket-Extensions")) assertThat(head.all(name)).as(name).isEqualTo(row.values(name));
                assertThat(Frames.read(wire.send(Frames.text("hello")))).hasToString("81 hello");
            } else if (head.status() != 200) {
                String sentence = wire.readBodyText(head);
                assertThat(sentence).contains(row.word()).matches("[ -~]{20,480}\n");
                for (String more : row.answer()) assertThat(sentence).contains(more);
                assertThat(head.only("Upgrade")).isEqualTo(head.status() == 426 ? "websocket" : null);
            }
        }
    }

    /** MQTT over WebSocket: a packet may begin and end anywhere in binary frames. */
    @Test
    void binaryMessagesMayBeSplitAnywhere() throws IOException {
        byte[] connect = {0x10, 0x0c, 0, 4, 'M', 'Q', 'T', 'T', 4, 2, 0, 60, 0, 0};
        for (int cut = 0; cut <= connect.length; cut++) {
            try (Wire wire = open("/mqtt", "Sec-WebSocket-Protocol: mqtt")) {
                byte[] before = java.util.Arrays.copyOf(connect, cut);
                byte[] behind = java.util.Arrays.copyOfRange(connect, cut, connect.length);
                wire.send(join(of(0x82, before), of(0x02, before), of(0x80, behind)));
                assertThat(Frames.read(wire).payload()).isEqualTo(before);
                assertThat(Frames.read(wire).payload()).isEqualTo(connect);
            }
        }
    }

    private static Wire open(String path, String... fields) throws IOException {
        Wire wire = Wire.connect(container.http()).send(Frames.handshake(AT + path, fields));
        Head head = wire.readHead();
        assertThat(head.status()).as("%s", head).isEqualTo(101);
        return wire;
    }

    @Test
    void compressionSettingsApplyToTheirPath() throws IOException {
        byte[] words = "the same, the same, the same ".repeat(34).getBytes(java.nio.charset.StandardCharsets.US_ASCII);
        byte[] shorter = java.util.Arrays.copyOf(words, 980);
        byte[] longer = java.util.Arrays.copyOf(words.clone(), words.length + 100);
        java.util.Arrays.fill(longer, words.length, longer.length, (byte) 'x');
        try (Wire wire = open("/tuned", DEFLATE)) {
            assertThat(Frames.read(wire.send(of(0x81, shorter))).first()).as("below deflate.min").isEqualTo(0x81);
            byte[] first = Frames.read(wire.send(of(0x81, longer))).payload();
            assertThat(Frames.read(wire.send(of(0x81, longer))).payload()).as("no context").isEqualTo(first);
            assertThat(new ClientInflater().inflate(first)).isEqualTo(longer);
        }
        try (Wire wire = open("/untuned", DEFLATE)) {
            assertThat(Frames.read(wire.send(of(0x81, shorter))).first()).isEqualTo(0xc1);
            byte[] first = Frames.read(wire.send(of(0x81, longer))).payload();
            assertThat(Frames.read(wire.send(of(0x81, longer))).payload()).hasSizeLessThan(first.length);
        }
    }

    /** A valve of Tomcat changes the scheme and the server name of the request. */
    @Test
    void serverNameSetByAValveIsUsed() throws IOException {
        String[] valve = {"X-Valve-For: 192.0.2.7", "X-Valve-Proto: https", "X-Valve-Host: www.example.com", "Origin: https://www.example.com"};
        Head head = RawHttp.head(container, Frames.handshake(AT + "/plain", valve));
        assertThat(head.status()).as("%s", head).isEqualTo(container.isTomcat() ? 101 : 403);
        assertThat(RawHttp.head(container, Frames.handshake(AT + "/plain", "X-Valve-For: 192.0.2.7", "X-Valve-Proto: https", "Origin: http://localhost")).status())
                .isEqualTo(container.isTomcat() ? 403 : 101);
    }

    /** The operator sees details that the client does not get. */
    @Test
    void decisionsRecordTheirInputs() throws IOException {
        RawHttp.head(container, Frames.handshake(AT + "/listed", "Origin: https://stranger.example"));
        RawHttp.head(container, Frames.handshake(AT + "/graphql", "Sec-WebSocket-Protocol: graphql-ws, wamp"));
        RawHttp.head(container, "GET " + AT + "/stomp HTTP/1.1\r\nHost: localhost\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
        RawHttp.head(container, "GET " + AT + "/stomp HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
        String decisions = ApplicationClient.of(container, AT).page("/decisions");
        assertThat(decisions.lines()).anySatisfy(line -> assertThat(line).startsWith("refused GET /listed with 403, Origin 'https://stranger.example' is rejected: ")
                        .contains("(changeover.websocket.origins lists [", "null", "file://", "charger"))
                .anySatisfy(line -> assertThat(line).startsWith("switched GET /graphql to websocket (without a subprotocol: the client offers [graphql-ws, wamp], "
                        + "the endpoint supports [graphql-transport-ws])"))
                .anySatisfy(line -> assertThat(line).startsWith("refused GET /stomp with 426, it has Sec-WebSocket-Key and no Upgrade field: a proxy has probably removed"))
                .anySatisfy(line -> assertThat(line).startsWith("ignored GET /stomp, Connection does not list upgrade: a proxy has probably removed it"));
    }

    @Test
    void originsOfAnyPageAreWarnedOfAtStart() {
        assertThat(container.log()).contains("changeover.path./any.websocket.origins = *: * accepts every Origin",
                "changeover.path./listed.websocket.origins = null, file://");
    }
}
