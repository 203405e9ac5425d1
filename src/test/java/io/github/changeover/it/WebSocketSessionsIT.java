package io.github.changeover.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.it.Frames.ReceivedFrame;
import io.github.changeover.it.container.ContainerUnderTest;
import io.github.changeover.it.container.OnContainer;
import io.github.changeover.testkit.Head;
import io.github.changeover.testkit.Wire;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Checks how long sessions live and what they may do, byte by byte: idle times, pings, messages per second, expiry times, and listeners. */
@OnContainer
@Tag("full")
class WebSocketSessionsIT {
    private static final String AT = "/sessions";
    private static final String OBSERVERS = "WEB-INF/classes/META-INF/services/io.github.changeover.websocket.WebSocketListener";
    private static ContainerUnderTest container;

    @BeforeAll
    static void deploy(ContainerUnderTest under) {
        container = under;
        container.deploy(War.with("sessions").webSocket().micrometer().app("sessions").file(OBSERVERS, "sessions.Tracing\n")
                .set("changeover.idle", "600ms").set("changeover.path./patient.idle", "0s").set("changeover.path./mortal.idle", "0s").set("changeover.path./mortal.lifetime", "500ms")
                .set("changeover.path./pinged.idle", "1h").set("changeover.path./pinged.websocket.ping", "300ms").set("changeover.path./pinged.websocket.pong", "700ms")
                .set("changeover.path./counted.websocket.messages.max", "5").set("changeover.path./parts.websocket.messages.max", "5").set("changeover.path./chat.idle", "0s")
                .set("changeover.metrics.path", "/metrics").build(), AT);
    }

    @AfterAll
    static void undeploy() {
        container.undeploy(AT);
    }

    private static Wire open(String path, String... fields) throws IOException {
        Wire wire = Wire.connect(container.http()).send(Frames.handshake(AT + path, fields));
        Head head = wire.readHead();
        assertThat(head.status()).isEqualTo(101);
        return wire;
    }

    private static String ask(Wire wire, String words) throws IOException {
        return Frames.read(wire.send(Frames.text(words))).toString();
    }

    private static String page(String path) throws IOException {
        return RawHttp.exchange(container, RawHttp.get(AT + path)).body();
    }

    private static String await(String path, Predicate<String> right) throws IOException {
        String page = page(path);
        for (long begun = System.nanoTime(); !right.test(page) && System.nanoTime() - begun < 10_000_000_000L; page = page(path)) Thread.onSpinWait();
        return page;
    }

    private static String endOf(String key) throws IOException {
        return await("/end?of=" + key, end -> !end.equals("none"));
    }

    // ---- W10

    @Test
    @DisplayName("W10: an idle session: its client gets 1001, its endpoint 1006, as Jakarta WebSocket section 2.1.5 specifies")
    void idleSessionIsClosed() throws IOException {
        try (Wire wire = open("/usual?key=idle")) {
            assertThat(ask(wire, "what is it?")).isEqualTo("81 what is it?");
            assertThat(Frames.read(wire)).hasToString("88 1001 Nothing was sent or received for 600 ms.");
            assertThat(endOf("idle")).isEqualTo("1006 Nothing was sent or received for 600 ms.");
        }
    }

    @ParameterizedTest(name = "W10: setMaxIdleTimeout({0}) against changeover.idle")
    @ValueSource(strings = {"idle 0", "idle -1", "idle 3600000", "idle-elsewhere 0"})
    void longerIdleTimeOfASessionWins(String order) throws IOException {
        try (Wire patient = open("/usual"); Wire usual = open("/usual")) {
            assertThat(ask(patient, order)).isEqualTo("81 " + order.split(" ")[1]);
            assertThat(ask(usual, "for-ever")).as("the default").isEqualTo("81 600");
            assertThat(Frames.read(usual).toString()).startsWith("88 1001");
            assertThat(ask(patient, "still here")).isEqualTo("81 still here");
        }
    }

    @Test
    @DisplayName("W10: the idle time of a session overrides that of its path, if set in @OnOpen or on any other thread")
    void shorterIdleTimeOfASessionWins() throws IOException {
        try (Wire opened = open("/patient?idle=200"); Wire told = open("/patient"); Wire patient = open("/patient")) {
            assertThat(Frames.read(opened)).hasToString("88 1001 Nothing was sent or received for 200 ms.");
            assertThat(ask(told, "idle-elsewhere 300")).isEqualTo("81 300");
            assertThat(Frames.read(told)).hasToString("88 1001 Nothing was sent or received for 300 ms.");
            assertThat(ask(patient, "idle-time?")).as("the idle time of its path applies").isEqualTo("81 idle-time?");
        }
    }

    @Test
    void sessionHasTheIdleTimeOfItsPath() throws IOException {
        try (Wire usual = open("/usual"); Wire patient = open("/patient"); Wire pinged = open("/pinged")) {
            for (Map.Entry<Wire, String> each : Map.of(usual, "600", patient, "0", pinged, "3600000").entrySet()) {
                assertThat(ask(each.getKey(), "for-ever")).isEqualTo("81 " + each.getValue());
            }
        }
    }

    @Test
    void lifetimeOfAPathClosesTheSession() throws IOException {
        try (Wire wire = open("/mortal")) {
            assertThat(Frames.read(wire).toString()).startsWith("88 1001");
        }
    }

    // ---- pings

    private static byte[] awaitPing(Wire wire) throws IOException {
        ReceivedFrame ping = Frames.read(wire);
        assertThat(ping.first()).isEqualTo(0x89);
        assertThat(ping.payload()).hasSize(12);
        return ping.payload();
    }

    @Test
    @DisplayName("A client is pinged after changeover.websocket.ping without a byte; the endpoint gets no Pong for these pings, but all others")
    void pingsAreSentAfterSilence() throws IOException {
        try (Wire wire = open("/pinged")) {
            byte[] first = awaitPing(wire);
            wire.send(Frames.of(0x8a, first));
            byte[] second = awaitPing(wire);
            assertThat(Arrays.copyOf(second, 8)).isEqualTo(Arrays.copyOf(first, 8));
            assertThat(second[11]).isEqualTo((byte) (first[11] + 1));
            wire.send(Frames.of(0x8a, first)).send(Frames.of(0x8a, second)).send(Frames.of(0x8a, Frames.utf8("unasked")));
            assertThat(Frames.read(wire)).hasToString("81 pong unasked");
            wire.send(Frames.text("ping asked"));
            assertThat(Frames.read(wire)).hasToString("89 asked");
            wire.send(Frames.of(0x8a, Frames.utf8("asked")));
            assertThat(Frames.read(wire).toString()).isIn("81 pong asked", "81 3600000");
            assertThat(Frames.read(wire).toString()).isIn("81 pong asked", "81 3600000");
            assertThat(ask(wire, "pongs")).isEqualTo("81 2");
            assertThat(await("/metrics", text -> text.contains("changeover_ping_seconds_count 2"))).contains("changeover_ping_seconds_bucket{le=\"+Inf\"} 2\n");
        }
    }

    @Test
    @DisplayName("If no byte arrives within changeover.websocket.pong, the client gets 1001 and the endpoint 1006; any byte counts")
    void clientThatDoesNotAnswerIsClosed() throws IOException {
        try (Wire wire = open("/pinged?key=dead")) {
            awaitPing(wire);
            wire.send(Arrays.copyOf(Frames.text("half a frame"), 5));       // any bytes, but no Pong
            awaitPing(wire);
            assertThat(Frames.read(wire)).hasToString("88 1001 Nothing was received for 700 ms after a Ping (changeover.websocket.pong).");
            assertThat(endOf("dead")).startsWith("1006 ");
        }
    }

    @Test
    @DisplayName("While the endpoint is busy, its client is not considered dead")
    void clientOfABusyEndpointIsNotClosed() throws IOException {
        try (Wire wire = open("/pinged")) {
            wire.send(Frames.text("block 2000"));
            ReceivedFrame next = Frames.read(wire);
            int pings = 0;
            for (; next.first() == 0x89; next = Frames.read(wire)) pings++;
            assertThat(next).hasToString("81 3600000");
            assertThat(pings).as("pings meanwhile").isPositive();
        }
    }

    // ---- messages per second

    @Test
    @DisplayName("One message more than changeover.websocket.messages.max in a second: 1008; a fragmented message counts once")
    void tooManyMessagesAre1008() throws IOException {
        try (Wire wire = open("/counted")) {
            byte[] fragments = Frames.join(Frames.of(0x01, Frames.utf8("a")), Frames.of(0x00, Frames.utf8("b")), Frames.of(0x80, Frames.utf8("c")));
            byte[] one = Frames.text("x");
            wire.send(Frames.join(fragments, one, one, fragments, one, one, one));
            for (String echo : new String[] {"abc", "x", "x", "abc", "x"}) assertThat(Frames.read(wire)).hasToString("81 " + echo);
            assertThat(Frames.read(wire)).hasToString("88 1008 More than 5 messages in a second (changeover.websocket.messages.max).");
        }
        try (Wire wire = open("/counted")) {
            byte[] ping = Frames.of(0x89, new byte[0]);
            wire.send(Frames.join(ping, ping, ping, ping, ping, ping));
            for (int i = 0; i < 5; i++) assertThat(Frames.read(wire)).hasToString("8a ");
            assertThat(Frames.read(wire).toString()).startsWith("88 1008 ");
        }
    }

    @Test
    @DisplayName("A partial message handler is called for each fragment: small fragments count for changeover.websocket.messages.max")
    void smallFragmentsForAPartialHandlerAreCounted() throws IOException {
        byte[] small = Frames.of(0x00, Frames.utf8("b"));
        try (Wire wire = open("/parts")) {
            wire.send(Frames.join(Frames.of(0x01, Frames.utf8("a")), small, small, small, small, small, small));
            for (int i = 0; i < 5; i++) assertThat(Frames.read(wire)).hasToString("81 1");
            assertThat(Frames.read(wire)).hasToString("88 1008 More than 5 messages in a second (changeover.websocket.messages.max).");
        }
        try (Wire wire = open("/parts")) {
            byte[] large = Frames.of(0x00, new byte[1024]);
            wire.send(Frames.join(Frames.of(0x01, Frames.utf8("a")), large, large, large, large, large, large, Frames.of(0x80, Frames.utf8("c"))));
            assertThat(Frames.read(wire)).hasToString("81 1");
            for (int i = 0; i < 6; i++) assertThat(Frames.read(wire)).hasToString("81 1024");
            assertThat(Frames.read(wire)).hasToString("81 1 last");
        }
    }

    // ---- expiry time

    private static String validFor(long millis) {
        return "bearer.good-" + (System.currentTimeMillis() + millis);
    }

    @Test
    @DisplayName("A token in a subprotocol is checked and not echoed, and when it expires the session closes with 1008")
    void expiredTokenClosesTheSession() throws IOException {
        try (Wire wire = Wire.connect(container.http()).send(Frames.handshake(AT + "/chat", "Sec-WebSocket-Protocol: chat, " + validFor(700)))) {
            assertThat(wire.readHead().all("Sec-WebSocket-Protocol")).containsExactly("chat");
            assertThat(ask(wire, "hello")).isEqualTo("81 hello");
            assertThat(Frames.read(wire)).hasToString("88 1008 The validity period of this session is over.");
        }
        Head refused = RawHttp.head(container, Frames.handshake(AT + "/chat", "Sec-WebSocket-Protocol: chat, " + validFor(-1)));
        assertThat(refused.status()).isEqualTo(401);
        assertThat(refused.only("WWW-Authenticate")).isEqualTo("Bearer");
        assertThat(RawHttp.head(container, Frames.handshake(AT + "/chat", "Sec-WebSocket-Protocol: chat, bearer.bad")).status()).isEqualTo(401);
    }

    @Test
    @DisplayName("A token is renewed for one session, and those of other sessions still expire")
    void renewedTokenExtendsOnlyItsSession() throws IOException {
        try (Wire renewed = open("/chat", "Sec-WebSocket-Protocol: chat, " + validFor(700)); Wire other = open("/chat", "Sec-WebSocket-Protocol: chat, " + validFor(1000))) {
            assertThat(ask(renewed, validFor(1_000_000))).isEqualTo("81 renewed");
            assertThat(Frames.read(other).toString()).startsWith("88 1008 ");
            assertThat(ask(renewed, "still here")).isEqualTo("81 still here");
        }
    }

    @Test
    @DisplayName("The expiry time may be set and removed at any time, on any thread; a past time ends the session at once; any value other than an Instant ends it with a warning")
    void expiryTimeMayChange() throws IOException {
        try (Wire past = open("/patient?key=past"); Wire wrong = open("/patient"); Wire kept = open("/patient"); Wire elsewhere = open("/patient")) {
            ask(kept, "until 1000");
            ask(kept, "for-ever");
            ask(elsewhere, "until-elsewhere 1200");
            ask(past, "until -1");
            assertThat(Frames.read(past).toString()).startsWith("88 1008 ");
            assertThat(endOf("past")).startsWith("1008 ");
            ask(wrong, "wrong");
            assertThat(Frames.read(wrong).toString()).startsWith("88 1008 ");
            assertThat(Frames.read(elsewhere).toString()).startsWith("88 1008 ");
            assertThat(ask(kept, "still here")).isEqualTo("81 still here");
        }
    }

    private static void assertNothingFollows(Wire wire) throws IOException {
        Wire.Rest rest = wire.readToEnd();
        assertThat(rest.bytes()).isEmpty();
        assertThat(rest.end()).isNotEqualTo(Wire.End.TIMEOUT);
    }

    @Test
    @DisplayName("If a session must end while its endpoint is busy, its client gets the Close frame at once, and its endpoint the code after it has returned")
    void sessionOfABusyEndpointIsClosedInTime() throws IOException {
        try (Wire expiring = open("/patient?key=held-expired"); Wire idle = open("/usual?key=held-idle"); Wire amid = open("/patient?key=held-amid")) {
            ask(expiring, "until 300");
            expiring.send(Frames.text("hold expiring"));
            idle.send(Frames.text("hold idle"));
            ask(amid, "until 300");
            amid.send(Frames.text("part-and-hold amid"));
            assertThat(Frames.read(amid)).hasToString("1 a part");
            for (Wire each : new Wire[] {expiring, amid}) {
                assertThat(Frames.read(each)).hasToString("88 1008 The validity period of this session is over.");
                assertNothingFollows(each);
            }
            assertThat(Frames.read(idle)).hasToString("88 1001 Nothing was sent or received for 600 ms.");
            assertNothingFollows(idle);
            for (String key : new String[] {"expired", "idle", "amid"}) assertThat(page("/end?of=held-" + key)).as("while the endpoint is busy").isEqualTo("none");
            for (String key : new String[] {"expiring", "idle", "amid"}) page("/let-go?of=" + key);
            for (String key : new String[] {"expired", "amid"}) assertThat(endOf("held-" + key)).isEqualTo("1008 The validity period of this session is over.");
            assertThat(endOf("held-idle")).isEqualTo("1006 Nothing was sent or received for 600 ms.");
        }
    }

    @Test
    void documentedChatIsTheTestedOne() throws IOException {
        Path base = Path.of(System.getProperty("changeover.basedir", ""));
        String source = Files.readString(base.resolve("src/test/apps/sessions/sessions/Chat.java"), StandardCharsets.UTF_8);
        String shown = source.substring(source.indexOf("@ServerEndpoint"));
        assertThat(Files.readString(base.resolve("docs/websocket-endpoints.md"))).contains("```java\n" + shown + "```");
    }

    // ---- listeners

    @Test
    @DisplayName("A listener with Micrometer Observation: a session with the parent of the handshake, a message within it, sent messages, the end")
    void listenerMayUseMicrometerObservation() throws IOException {
        String trace = "0af7651916cd43dd8448eb211c80319c";
        try (Wire wire = open("/patient", "traceparent: 00-" + trace + "-b7ad6b7169203331-01")) {
            assertThat(ask(wire, "hello you")).isEqualTo("81 hello you");
            wire.send(Frames.close(1000, "bye"));
            assertThat(Frames.read(wire).toString()).startsWith("88 1000");
        }
        assertThat(await("/traces?of=" + trace, text -> text.contains("websocket.session")).lines()).containsExactlyInAnyOrder("sent text 9", "websocket.receive [bytes=9, type=text]",
                "websocket.session [code=1000, path=/patient, subprotocol=]");
    }
}
