package io.github.changeover.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.conformance.Covers;
import io.github.changeover.it.container.ContainerUnderTest;
import io.github.changeover.it.container.Logins;
import io.github.changeover.it.container.OnContainer;
import io.github.changeover.it.container.OnPayara7;
import io.github.changeover.testkit.Head;
import io.github.changeover.testkit.Wire;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The Jakarta WebSocket API for an application's endpoints, seen by the JDK's client. */
@OnContainer
@OnPayara7
class WebSocketEndpointsIT {
    private static final String AT = "/endpoints";
    private static ContainerUnderTest container;
    private static URI server;

    @BeforeAll
    static void deploy(ContainerUnderTest under) {
        container = under;
        server = container.http();
        container.deploy(War.with("endpoints").webSocket().app("endpoints").webXml(SecurityIT.LOGIN).file("WEB-INF/glassfish-web.xml", SecurityIT.ROLES)
                .set("changeover.websocket.message.max", "1M").build(), AT);
    }

    @AfterAll
    static void undeploy() {
        container.undeploy(AT);
    }

    private static String page(String path, String... fields) throws IOException {
        return Ask.once(container, Ask.get(AT + path, fields)).body();
    }

    /** How the session of /facts with this key ended, once that is known. */
    private static String end(String key) throws IOException {
        String end;
        long begun = System.nanoTime();
        do end = page("/end?of=" + key);
        while (end.equals("none") && System.nanoTime() - begun < 10_000_000_000L);
        return end;
    }

    @Test
    void ourContainerIsTheApplications() throws IOException {
        assertThat(page("/container")).isEqualTo("io.github.changeover.websocket.engine.EndpointContainer");
    }

    /** Tomcat's API keeps the first that is found for all applications, and after its application has stopped. */
    @Test
    void theServersDefaultConfiguratorIsNotOurs() throws IOException {
        assertThat(page("/default")).isIn("none", "the server's");
    }

    @Test
    void encodersDecodersAndPathParameters() {
        try (Talk talk = Talk.to(server, AT + "/points/10")) {
            assertThat(talk.ask("1,2")).isEqualTo("text 11,12");
            assertThat(talk.ask("nonsense")).isEqualTo("text DecodeException");
            assertThat(talk.ask("3,4")).isEqualTo("text 13,14");
        }
    }

    @Test
    void theHandshakeAsTheConfiguratorSeesIt() throws IOException {
        try (Wire wire = Wire.connect(server).send(Ask.upgrade(AT + "/facts?a=b&a=c", "websocket", "Sec-WebSocket-Version: 13",
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "X-Asked: this", "X-Asked: that"))) {
            assertThat(wire.readHead().all("X-Added")).containsExactly("by modifyHandshake");
        }
        try (Talk talk = Talk.to(server, AT + "/facts?a=b&a=c", "two,one", "X-Asked", "this")) {
            assertThat(talk.subprotocol()).isEqualTo("two");
            assertThat(talk.ask("subprotocol")).isEqualTo("text two");
            assertThat(talk.ask("header")).isEqualTo("text this");
            assertThat(talk.ask("parameter a")).isEqualTo("text [b, c]");
            assertThat(talk.ask("uri")).startsWith("text ").endsWith("/endpoints/facts?a=b&a=c");
            assertThat(talk.ask("user")).isEqualTo("text nobody");
            assertThat(talk.ask("member")).isEqualTo("text false");
            assertThat(talk.ask("extensions")).isEqualTo("text ");
            assertThat(talk.ask("secure")).isEqualTo("text false");
        }
    }

    @Test
    void compressionIsAmongTheSessionsExtensions() throws IOException {
        try (Wire wire = Wire.connect(server).send(Ask.upgrade(AT + "/facts", "websocket", "Sec-WebSocket-Version: 13",
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover"))) {
            assertThat(wire.readHead().only("Sec-WebSocket-Extensions")).isEqualTo("permessage-deflate; server_no_context_takeover");
            wire.send(Frames.text("extensions"));
            assertThat(wire.readText(2 + 18)).isEqualTo("\u0081\u0012permessage-deflate");
        }
    }

    @Test
    @Covers("MDN-12")
    void overTls() {
        try (Talk talk = Talk.to(container.https(), AT + "/facts")) {
            assertThat(talk.ask("secure")).isEqualTo("text true");
        }
    }

    @Test
    void programmaticEndpointsAreOurs() {
        try (Talk named = Talk.to(server, AT + "/programmatic", "polite"); Talk added = Talk.to(server, AT + "/added")) {
            assertThat(named.subprotocol()).isEqualTo("polite");
            assertThat(named.ask("you")).isEqualTo("text hello you");
            assertThat(added.ask("you")).isEqualTo("text good day you");
        }
    }

    @Test
    void theApplicationsConfigurationDecides() {
        assertThat(Talk.refused(server, AT + "/unwanted")).isEqualTo(404);
    }

    @Test
    @Covers("RFC6455-4.2.2-01")
    void theEndpointsOwnCheckOfTheOrigin() throws IOException {
        Head head = Ask.head(container, Ask.upgrade(AT + "/strict", "websocket", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
                "Origin: http://localhost"));
        assertThat(head.status()).isEqualTo(403);
        try (Talk talk = Talk.to(server, AT + "/strict")) {
            assertThat(talk.ask("in")).isEqualTo("text in");
        }
    }

    @Test
    void partsAndStreams() {
        try (Talk pieces = Talk.to(server, AT + "/pieces"); Talk streams = Talk.to(server, AT + "/streams")) {
            // What arrives together is one part: each of these has arrived when its ping is answered.
            assertThat(pieces.say("a", false).ping("1").next()).isEqualTo("pong 1");
            assertThat(pieces.say("b", false).ping("2").next()).isEqualTo("pong 2");
            assertThat(pieces.say("c", true).next()).isEqualTo("text a|b|c|");
            assertThat(pieces.say(new byte[1000], false).say(new byte[24], true).next()).isEqualTo("text 1024 bytes");
            assertThat(streams.say("olleh").next()).isEqualTo("text hello");
            assertThat(streams.say(new byte[70_000]).next()).isEqualTo("text 70000 bytes");
        }
        try (Talk talk = Talk.to(server, AT + "/facts")) {
            assertThat(talk.ask("parts")).isEqualTo("text parts");
        }
    }

    @Test
    @Covers("RFC6455-5.5.2-01")
    void pingAndPong() {
        try (Talk talk = Talk.to(server, AT + "/facts")) {
            assertThat(talk.ping("are you there").next()).isEqualTo("pong are you there");
            assertThat(talk.ask("ping yes")).isEqualTo("text pong yes");
        }
    }

    /** A callback that waits for its own asynchronous send would wait for itself, if that were done only when the bytes are out. */
    @Test
    void anAsynchronousSendInACallbackMayBeWaitedFor() {
        try (Talk talk = Talk.to(server, AT + "/facts")) {
            assertThat(talk.ask("await words")).isEqualTo("text words");
            assertThat(talk.next()).isEqualTo("text waited");
        }
    }

    @Test
    void anAsynchronousSendIsToldItsResult() {
        try (Talk talk = Talk.to(server, AT + "/facts")) {
            assertThat(talk.ask("later words")).isEqualTo("text words");
            assertThat(talk.next()).isEqualTo("text sent");
        }
    }

    @Test
    @Covers("RFC6455-5.5.1-01")
    void theClientClosesAndTheEndpointHearsWhy() throws IOException {
        try (Talk talk = Talk.to(server, AT + "/facts?key=closes")) {
            assertThat(talk.goodbye(4001, "enough").next()).isEqualTo("close 4001 enough");
        }
        assertThat(end("closes")).isEqualTo("4001 enough / no error");
    }

    @Test
    void theClientVanishesAndTheEndpointHears1006() throws IOException {
        Talk talk = Talk.to(server, AT + "/facts?key=vanishes");
        assertThat(talk.ask("user")).isEqualTo("text nobody");
        talk.close();
        assertThat(end("vanishes")).startsWith("1006 ");
    }

    @ParameterizedTest
    @CsvSource({"1000,bye", "1001,leaving", "1008,no", "1011,broken", "4999,own"})
    @Covers("RFC6455-5.5.1-01")
    void theEndpointCloses(int code, String reason) {
        try (Talk talk = Talk.to(server, AT + "/facts")) {
            assertThat(talk.ask("close " + code + " " + reason)).isEqualTo("close " + code + " " + reason);
        }
    }

    @Test
    void whatAnEndpointThrowsItIsTold() throws IOException {
        try (Talk talk = Talk.to(server, AT + "/facts?key=throws")) {
            talk.say("throw");
            assertThat(talk.ask("user")).as("the session goes on").isEqualTo("text nobody");
            talk.goodbye(1000, "").next();
        }
        assertThat(end("throws")).isEqualTo("1000  / IllegalStateException");
    }

    @Test
    void aMessageLongerThanTheEndpointTakesIs1009() {
        try (Talk talk = Talk.to(server, AT + "/small")) {
            assertThat(talk.ask("0123456789")).isEqualTo("text 0123456789");
            assertThat(talk.ask("0123456789a")).startsWith("close 1009 ");
        }
    }

    @Test
    void aMessageLongerThanTheSettingIs1009() {
        try (Talk talk = Talk.to(server, AT + "/streams")) {
            assertThat(talk.say(new byte[1 << 20]).next()).isEqualTo("text 1048576 bytes");
            assertThat(talk.sayTooMuch(new byte[(1 << 20) + 1]).next()).startsWith("close 1009 ");
        }
    }

    @Test
    void aSessionsIdleTimeClosesIt() {
        try (Talk talk = Talk.to(server, AT + "/facts")) {
            assertThat(talk.say("idle 200").next()).isEqualTo("close 1001 Nothing was sent or received for 200 ms.");
        }
    }

    @Test
    void synchronousSendsFromACallbackWaitForASlowReader() throws IOException {
        try (Wire wire = Wire.connect("127.0.0.1", server.getPort(), 4096)) {
            wire.send(Ask.upgrade(AT + "/facts", "websocket", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="));
            assertThat(wire.readHead().status()).isEqualTo(101);
            wire.send(Frames.text("flood 200 60000"));       // 12 MB against a queue of 1 MB and a reader that waits
            byte[] message = ("\u0081\u007e\u00ea\u0060" + "x".repeat(60_000)).getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
            for (int i = 0; i < 200; i++) assertThat(wire.readExactly(message.length)).as("message " + i).isEqualTo(message);
            assertThat(wire.readText(6)).isEqualTo("\u0081\u0004done");
        }
    }

    /** What the endpoint of asynchronous sends says of itself in another session, once it ends like this. */
    private static void awaitSends(String end) {
        try (Talk talk = Talk.to(server, AT + "/sends")) {
            String state = "";
            for (long begun = System.nanoTime(); !state.contains(end) && System.nanoTime() - begun < 20_000_000_000L; ) state = talk.ask("state");
            assertThat(state).contains(end);
        }
    }

    private static Wire slowReader(String... words) throws IOException {
        Wire wire = Wire.connect("127.0.0.1", server.getPort(), 4096);
        wire.send(Frames.handshake(AT + "/sends"));
        assertThat(wire.readHead().status()).isEqualTo(101);
        for (String each : words) wire.send(Frames.text(each));
        return wire;
    }

    private static byte[] numbered(int number, int size) {
        return ("\u0081\u007e" + (char) (size >> 8) + (char) (size & 0xff) + String.format("%0" + size + "d", number)).getBytes(StandardCharsets.ISO_8859_1);
    }

    @Test
    @DisplayName("W9: 1,000 asynchronous sends of 10 KB to a client that reads late all arrive, in order")
    void asynchronousSendsToASlowReader() throws IOException {
        try (Wire wire = slowReader("1000 10000")) {
            awaitSends("1000 accepted");
            for (int i = 0; i < 1000; i++) assertThat(wire.readExactly(10_004)).as("message " + i).isEqualTo(numbered(i, 10_000));
            awaitSends("1000 done, 0 failed");
            wire.send(Frames.text("state"));
            assertThat(wire.readText(2 + 34)).endsWith("1000 accepted, 1000 done, 0 failed");
        }
    }

    @Test
    @DisplayName("W9: a send that is late before its first byte is out is taken back; the session goes on")
    void anAsynchronousSendThatIsTakenBack() throws IOException {
        try (Wire wire = slowReader("999 10000 100")) {
            awaitSends("nothing of it was sent");
            for (int i = 0; i < 999; i++) assertThat(wire.readExactly(10_004)).as("message " + i).isEqualTo(numbered(i, 10_000));
            assertThat(wire.readText(2 + 6)).isEqualTo("\u0081\u0006behind");
            awaitSends("999 done, 0 failed");
        }
    }

    @Test
    @DisplayName("W9: a send that is late amid its bytes closes the session with 1011, behind the whole frame")
    void anAsynchronousSendThatIsLateAmidItsBytes() throws IOException {
        try (Wire wire = slowReader("0 8000000 100")) {
            awaitSends("the session is closed");
            assertThat(wire.readText(10)).startsWith("\u0081\u007f");
            assertThat(wire.readExactly(8_000_000)).isEqualTo("x".repeat(8_000_000).getBytes(StandardCharsets.US_ASCII));
            assertThat(wire.readText(4)).isEqualTo("\u0088\u0027\u0003\u00f3");
            assertThat(wire.readText(0x27 - 2)).isEqualTo("A message was not sent within 100 ms.");
        }
    }

    @Test
    @Covers("RFC6455-4.2.2-02")
    void theContainersLoginComesFirst() {
        assertThat(Talk.refused(server, AT + "/secret/who")).isEqualTo(401);
        assertThat(Talk.refused(server, AT + "/secret/who", "Authorization", value(Logins.basic(Logins.GUEST)))).isEqualTo(403);
        try (Talk talk = Talk.to(server, AT + "/secret/who", "", "Authorization", value(Logins.basic(Logins.MEMBER)))) {
            assertThat(talk.ask("who")).isEqualTo("text joe");
        }
    }

    private static String value(String field) {
        return field.substring(field.indexOf(':') + 2);
    }

    @Test
    void theEndOfAnAuthenticatedUsersSessionClosesWith1008() throws IOException {
        String cookie = login();
        try (Talk member = Talk.to(server, AT + "/secret/who", "", "Authorization", value(Logins.basic(Logins.MEMBER)), "Cookie", cookie);
             Talk anybody = Talk.to(server, AT + "/facts")) {
            assertThat(member.ask("who")).isEqualTo("text joe");
            assertThat(page("/logout", "Cookie: " + cookie)).isEqualTo("ended");
            assertThat(member.next()).startsWith("close 1008 ");
            assertThat(anybody.ask("user")).as("a connection without a user stays").isEqualTo("text nobody");
        }
    }

    @Test
    void aLogoutThatLeavesTheSessionClosesWith1008Too() throws IOException {
        String cookie = login();
        String other = login();
        String[] joe = {"Authorization", value(Logins.basic(Logins.MEMBER)), "Cookie"};
        try (Talk member = Talk.to(server, AT + "/secret/who", "", joe[0], joe[1], joe[2], cookie);
             Talk elsewhere = Talk.to(server, AT + "/secret/who", "", joe[0], joe[1], joe[2], other)) {
            assertThat(member.ask("who")).isEqualTo("text joe");
            assertThat(page("/secret/login", Logins.basic(Logins.MEMBER), "Cookie: " + cookie)).isNotEmpty();
            assertThat(member.ask("who")).as("another request changes nothing").isEqualTo("text joe");
            assertThat(page("/secret/leave", Logins.basic(Logins.MEMBER), "Cookie: " + cookie)).isEqualTo("left");
            assertThat(member.next()).startsWith("close 1008 ");
            assertThat(elsewhere.ask("who")).as("another session stays").isEqualTo("text joe");
        }
    }

    @Test
    @DisplayName("S10: a logout between the handshake and the opening closes with 1008")
    void aLogoutAmidTheHandshake() throws IOException {
        try (Talk member = Talk.to(server, AT + "/secret/leaving", "", "Authorization", value(Logins.basic(Logins.MEMBER)), "Cookie", login())) {
            assertThat(member.next()).startsWith("close 1008 ");
        }
    }

    /** A session whose user is known: its id stays from here on. */
    private static String login() throws IOException {
        String cookie = "";
        for (int i = 0; i < 2; i++) {
            Head head = Ask.head(container, Ask.get(AT + "/secret/login", Logins.basic(Logins.MEMBER), "Cookie: " + cookie));
            assertThat(head.status()).isEqualTo(200);
            if (head.has("Set-Cookie")) cookie = head.all("Set-Cookie").stream().filter(set -> set.startsWith("JSESSIONID=")).findFirst().orElseThrow().split(";")[0];
        }
        return cookie;
    }

    @Test
    void openSessionsAreCounted() {
        try (Talk first = Talk.to(server, AT + "/facts"); Talk second = Talk.to(server, AT + "/facts")) {
            assertThat(second.ask("user")).isEqualTo("text nobody");
            assertThat(Integer.parseInt(first.ask("open").substring("text ".length()))).isGreaterThanOrEqualTo(2);
        }
    }
}
