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

/** Checks the Jakarta WebSocket API for the endpoints of an application, with the JDK's client. */
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
        return RawHttp.exchange(container, RawHttp.get(AT + path, fields)).body();
    }

    /** How the session of /facts with this key ended. Waits until this is known. */
    private static String closeInfo(String key) throws IOException {
        String end;
        long begun = System.nanoTime();
        do end = page("/end?of=" + key);
        while (end.equals("none") && System.nanoTime() - begun < 10_000_000_000L);
        return end;
    }

    @Test
    void applicationHasOurServerContainer() throws IOException {
        assertThat(page("/container")).isEqualTo("io.github.changeover.websocket.engine.EndpointContainer");
    }

    /** Tomcat's API keeps the first default that it finds, for all applications, and after the end of its application. */
    @Test
    void serverDefaultConfiguratorIsNotOurs() throws IOException {
        assertThat(page("/default")).isIn("none", "the server's");
    }

    @Test
    void encodersDecodersAndPathParametersWork() {
        try (WebSocketTestClient talk = WebSocketTestClient.to(server, AT + "/points/10")) {
            assertThat(talk.ask("1,2")).isEqualTo("text 11,12");
            assertThat(talk.ask("nonsense")).isEqualTo("text DecodeException");
            assertThat(talk.ask("3,4")).isEqualTo("text 13,14");
        }
    }

    @Test
    void configuratorSeesTheHandshake() throws IOException {
        try (Wire wire = Wire.connect(server).send(RawHttp.upgrade(AT + "/facts?a=b&a=c", "websocket", "Sec-WebSocket-Version: 13",
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "X-Asked: this", "X-Asked: that"))) {
            assertThat(wire.readHead().all("X-Added")).containsExactly("by modifyHandshake");
        }
        try (WebSocketTestClient talk = WebSocketTestClient.to(server, AT + "/facts?a=b&a=c", "two,one", "X-Asked", "this")) {
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
    void compressionIsListedInTheSessionsExtensions() throws IOException {
        try (Wire wire = Wire.connect(server).send(RawHttp.upgrade(AT + "/facts", "websocket", "Sec-WebSocket-Version: 13",
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover"))) {
            assertThat(wire.readHead().only("Sec-WebSocket-Extensions")).isEqualTo("permessage-deflate; server_no_context_takeover");
            wire.send(Frames.text("extensions"));
            assertThat(wire.readText(2 + 18)).isEqualTo("\u0081\u0012permessage-deflate");
        }
    }

    @Test
    @Covers("MDN-12")
    void sessionOverTlsIsSecure() {
        try (WebSocketTestClient talk = WebSocketTestClient.to(container.https(), AT + "/facts")) {
            assertThat(talk.ask("secure")).isEqualTo("text true");
        }
    }

    @Test
    void programmaticEndpointsAreServed() {
        try (WebSocketTestClient named = WebSocketTestClient.to(server, AT + "/programmatic", "polite"); WebSocketTestClient added = WebSocketTestClient.to(server, AT + "/added")) {
            assertThat(named.subprotocol()).isEqualTo("polite");
            assertThat(named.ask("you")).isEqualTo("text hello you");
            assertThat(added.ask("you")).isEqualTo("text good day you");
        }
    }

    @Test
    void applicationConfigDecidesOnEndpoints() {
        assertThat(WebSocketTestClient.rejectedStatus(server, AT + "/unwanted")).isEqualTo(404);
    }

    @Test
    @Covers("RFC6455-4.2.2-01")
    void configuratorMayCheckTheOrigin() throws IOException {
        Head head = RawHttp.head(container, RawHttp.upgrade(AT + "/strict", "websocket", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
                "Origin: http://localhost"));
        assertThat(head.status()).isEqualTo(403);
        try (WebSocketTestClient talk = WebSocketTestClient.to(server, AT + "/strict")) {
            assertThat(talk.ask("in")).isEqualTo("text in");
        }
    }

    @Test
    void partialMessagesAndStreamsWork() {
        try (WebSocketTestClient pieces = WebSocketTestClient.to(server, AT + "/pieces"); WebSocketTestClient streams = WebSocketTestClient.to(server, AT + "/streams")) {
            // Bytes that arrive together are one part. Each of these parts has arrived when its ping is answered.
            assertThat(pieces.send("a", false).ping("1").nextEvent()).isEqualTo("pong 1");
            assertThat(pieces.send("b", false).ping("2").nextEvent()).isEqualTo("pong 2");
            assertThat(pieces.send("c", true).nextEvent()).isEqualTo("text a|b|c|");
            assertThat(pieces.send(new byte[1000], false).send(new byte[24], true).nextEvent()).isEqualTo("text 1024 bytes");
            assertThat(streams.send("olleh").nextEvent()).isEqualTo("text hello");
            assertThat(streams.send(new byte[70_000]).nextEvent()).isEqualTo("text 70000 bytes");
        }
        try (WebSocketTestClient talk = WebSocketTestClient.to(server, AT + "/facts")) {
            assertThat(talk.ask("parts")).isEqualTo("text parts");
        }
    }

    @Test
    @Covers("RFC6455-5.5.2-01")
    void pingAndPongWork() {
        try (WebSocketTestClient talk = WebSocketTestClient.to(server, AT + "/facts")) {
            assertThat(talk.ping("are you there").nextEvent()).isEqualTo("pong are you there");
            assertThat(talk.ask("ping yes")).isEqualTo("text pong yes");
        }
    }

    /** A callback that waits for its own asynchronous send would wait forever if the send completed only after its bytes are written. */
    @Test
    void callbackMayWaitForItsAsynchronousSend() {
        try (WebSocketTestClient talk = WebSocketTestClient.to(server, AT + "/facts")) {
            assertThat(talk.ask("await words")).isEqualTo("text words");
            assertThat(talk.nextEvent()).isEqualTo("text waited");
        }
    }

    @Test
    void asynchronousSendReportsItsResult() {
        try (WebSocketTestClient talk = WebSocketTestClient.to(server, AT + "/facts")) {
            assertThat(talk.ask("later words")).isEqualTo("text words");
            assertThat(talk.nextEvent()).isEqualTo("text sent");
        }
    }

    @Test
    @Covers("RFC6455-5.5.1-01")
    void closeOfTheClientIsReportedWithItsReason() throws IOException {
        try (WebSocketTestClient talk = WebSocketTestClient.to(server, AT + "/facts?key=closes")) {
            assertThat(talk.close(4001, "enough").nextEvent()).isEqualTo("close 4001 enough");
        }
        assertThat(closeInfo("closes")).isEqualTo("4001 enough / no error");
    }

    @Test
    void lostClientIsReportedAs1006() throws IOException {
        WebSocketTestClient talk = WebSocketTestClient.to(server, AT + "/facts?key=vanishes");
        assertThat(talk.ask("user")).isEqualTo("text nobody");
        talk.close();
        assertThat(closeInfo("vanishes")).startsWith("1006 ");
    }

    @ParameterizedTest
    @CsvSource({"1000,bye", "1001,leaving", "1008,no", "1011,broken", "4999,own"})
    @Covers("RFC6455-5.5.1-01")
    void endpointMayClose(int code, String reason) {
        try (WebSocketTestClient talk = WebSocketTestClient.to(server, AT + "/facts")) {
            assertThat(talk.ask("close " + code + " " + reason)).isEqualTo("close " + code + " " + reason);
        }
    }

    @Test
    void endpointExceptionIsReportedToOnError() throws IOException {
        try (WebSocketTestClient talk = WebSocketTestClient.to(server, AT + "/facts?key=throws")) {
            talk.send("throw");
            assertThat(talk.ask("user")).as("the session goes on").isEqualTo("text nobody");
            talk.close(1000, "").nextEvent();
        }
        assertThat(closeInfo("throws")).isEqualTo("1000  / IllegalStateException");
    }

    @Test
    void messageAboveTheEndpointLimitIs1009() {
        try (WebSocketTestClient talk = WebSocketTestClient.to(server, AT + "/small")) {
            assertThat(talk.ask("0123456789")).isEqualTo("text 0123456789");
            assertThat(talk.ask("0123456789a")).startsWith("close 1009 ");
        }
    }

    @Test
    void messageAboveTheSettingIs1009() {
        try (WebSocketTestClient talk = WebSocketTestClient.to(server, AT + "/streams")) {
            assertThat(talk.send(new byte[1 << 20]).nextEvent()).isEqualTo("text 1048576 bytes");
            assertThat(talk.sendTooMuch(new byte[(1 << 20) + 1]).nextEvent()).startsWith("close 1009 ");
        }
    }

    @Test
    void idleTimeoutOfTheSessionClosesIt() {
        try (WebSocketTestClient talk = WebSocketTestClient.to(server, AT + "/facts")) {
            assertThat(talk.send("idle 200").nextEvent()).isEqualTo("close 1001 Nothing was sent or received for 200 ms.");
        }
    }

    @Test
    void synchronousSendsWaitForASlowReader() throws IOException {
        try (Wire wire = Wire.connect("127.0.0.1", server.getPort(), 4096)) {
            wire.send(RawHttp.upgrade(AT + "/facts", "websocket", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="));
            assertThat(wire.readHead().status()).isEqualTo(101);
            wire.send(Frames.text("flood 200 60000"));       // 12 MB, with a queue of 1 MB and a client that does not read
            byte[] message = ("\u0081\u007e\u00ea\u0060" + "x".repeat(60_000)).getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
            for (int i = 0; i < 200; i++) assertThat(wire.readExactly(message.length)).as("message " + i).isEqualTo(message);
            assertThat(wire.readText(6)).isEqualTo("\u0081\u0004done");
        }
    }

    /** Waits until the endpoint of asynchronous sends, asked in another session, reports this result. */
    private static void awaitSends(String end) {
        try (WebSocketTestClient talk = WebSocketTestClient.to(server, AT + "/sends")) {
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
    void asynchronousSendsToASlowReaderArriveInOrder() throws IOException {
        try (Wire wire = slowReader("1000 10000")) {
            awaitSends("1000 accepted");
            for (int i = 0; i < 1000; i++) assertThat(wire.readExactly(10_004)).as("message " + i).isEqualTo(numbered(i, 10_000));
            awaitSends("1000 done, 0 failed");
            wire.send(Frames.text("state"));
            assertThat(wire.readText(2 + 34)).endsWith("1000 accepted, 1000 done, 0 failed");
        }
    }

    @Test
    @DisplayName("W9: a send that times out before its first byte is cancelled; the session continues")
    void timeoutBeforeTheFirstByteCancelsTheSend() throws IOException {
        try (Wire wire = slowReader("999 10000 100")) {
            awaitSends("nothing of it was sent");
            for (int i = 0; i < 999; i++) assertThat(wire.readExactly(10_004)).as("message " + i).isEqualTo(numbered(i, 10_000));
            assertThat(wire.readText(2 + 6)).isEqualTo("\u0081\u0006behind");
            awaitSends("999 done, 0 failed");
        }
    }

    @Test
    @DisplayName("W9: a send that times out after its first byte closes the session with 1011, after the complete frame")
    void timeoutAfterTheFirstByteClosesTheSession() throws IOException {
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
    void containerLoginComesFirst() {
        assertThat(WebSocketTestClient.rejectedStatus(server, AT + "/secret/who")).isEqualTo(401);
        assertThat(WebSocketTestClient.rejectedStatus(server, AT + "/secret/who", "Authorization", value(Logins.basic(Logins.GUEST)))).isEqualTo(403);
        try (WebSocketTestClient talk = WebSocketTestClient.to(server, AT + "/secret/who", "", "Authorization", value(Logins.basic(Logins.MEMBER)))) {
            assertThat(talk.ask("who")).isEqualTo("text joe");
        }
    }

    private static String value(String field) {
        return field.substring(field.indexOf(':') + 2);
    }

    @Test
    void endOfTheHttpSessionClosesWith1008() throws IOException {
        String cookie = login();
        try (WebSocketTestClient member = WebSocketTestClient.to(server, AT + "/secret/who", "", "Authorization", value(Logins.basic(Logins.MEMBER)), "Cookie", cookie);
             WebSocketTestClient anybody = WebSocketTestClient.to(server, AT + "/facts")) {
            assertThat(member.ask("who")).isEqualTo("text joe");
            assertThat(page("/logout", "Cookie: " + cookie)).isEqualTo("ended");
            assertThat(member.nextEvent()).startsWith("close 1008 ");
            assertThat(anybody.ask("user")).as("a connection without a user stays").isEqualTo("text nobody");
        }
    }

    @Test
    void logoutClosesWith1008() throws IOException {
        String cookie = login();
        String other = login();
        String[] joe = {"Authorization", value(Logins.basic(Logins.MEMBER)), "Cookie"};
        try (WebSocketTestClient member = WebSocketTestClient.to(server, AT + "/secret/who", "", joe[0], joe[1], joe[2], cookie);
             WebSocketTestClient elsewhere = WebSocketTestClient.to(server, AT + "/secret/who", "", joe[0], joe[1], joe[2], other)) {
            assertThat(member.ask("who")).isEqualTo("text joe");
            assertThat(page("/secret/login", Logins.basic(Logins.MEMBER), "Cookie: " + cookie)).isNotEmpty();
            assertThat(member.ask("who")).as("another request changes nothing").isEqualTo("text joe");
            assertThat(page("/secret/leave", Logins.basic(Logins.MEMBER), "Cookie: " + cookie)).isEqualTo("left");
            assertThat(member.nextEvent()).startsWith("close 1008 ");
            assertThat(elsewhere.ask("who")).as("another session stays").isEqualTo("text joe");
        }
    }

    @Test
    @DisplayName("S10: a logout between the handshake and the opening closes with 1008")
    void logoutDuringTheHandshakeClosesWith1008() throws IOException {
        try (WebSocketTestClient member = WebSocketTestClient.to(server, AT + "/secret/leaving", "", "Authorization", value(Logins.basic(Logins.MEMBER)), "Cookie", login())) {
            assertThat(member.nextEvent()).startsWith("close 1008 ");
        }
    }

    /** A session of a known user, so that its id does not change any more. */
    private static String login() throws IOException {
        String cookie = "";
        for (int i = 0; i < 2; i++) {
            Head head = RawHttp.head(container, RawHttp.get(AT + "/secret/login", Logins.basic(Logins.MEMBER), "Cookie: " + cookie));
            assertThat(head.status()).isEqualTo(200);
            if (head.has("Set-Cookie")) cookie = head.all("Set-Cookie").stream().filter(set -> set.startsWith("JSESSIONID=")).findFirst().orElseThrow().split(";")[0];
        }
        return cookie;
    }

    @Test
    void openSessionsAreCounted() {
        try (WebSocketTestClient first = WebSocketTestClient.to(server, AT + "/facts"); WebSocketTestClient second = WebSocketTestClient.to(server, AT + "/facts")) {
            assertThat(second.ask("user")).isEqualTo("text nobody");
            assertThat(Integer.parseInt(first.ask("open").substring("text ".length()))).isGreaterThanOrEqualTo(2);
        }
    }
}
