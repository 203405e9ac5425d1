package io.github.changeover.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.it.Frames.ReceivedFrame;
import io.github.changeover.it.container.ContainerUnderTest;
import io.github.changeover.it.container.OnContainer;
import io.github.changeover.testkit.Head;
import io.github.changeover.testkit.Wire;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One message to many sessions, byte by byte: with and without compression, among them clients that do not read and clients that leave. */
@OnContainer
class BroadcastIT {
    private static final String AT = "/broadcast";
    private static final String DEFLATE = "Sec-WebSocket-Extensions: permessage-deflate";
    private static final String WITHOUT_CONTEXT = DEFLATE + "; server_no_context_takeover";
    private static ContainerUnderTest container;
    private final List<Subscriber> subscribers = new ArrayList<>();
    private Wire commands;

    @BeforeAll
    static void deploy(ContainerUnderTest under) {
        container = under;
        container.deploy(War.with("broadcast").webSocket().app("broadcast").set("changeover.path./shared.websocket.deflate.shared", "true")
                .set("changeover.path./topic.websocket.deflate.min", "150").build(), AT);
    }

    @AfterAll
    static void undeploy() {
        container.undeploy(AT);
    }

    @BeforeEach
    void begin() throws IOException {
        commands = open("/commands");
        for (long until = System.nanoTime() + 10_000_000_000L; !answer("count").equals("0"); LockSupport.parkNanos(10_000_000)) {
            assertThat(System.nanoTime()).as("the sessions of the test before have ended").isLessThan(until);
        }
    }

    @AfterEach
    void end() throws IOException {
        for (Subscriber subscriber : subscribers) subscriber.wire.close();
        commands.close();
    }

    private static Wire open(String path, String... fields) throws IOException {
        return open(Wire.connect(container.http()), path, fields);
    }

    private static Wire open(Wire connected, String path, String... fields) throws IOException {
        Wire wire = connected.send(Frames.handshake(AT + path, fields));
        Head head = wire.readHead();
        assertThat(head.status()).as("%s", head).isEqualTo(101);
        return wire;
    }

    private String answer(String command) throws IOException {
        return Frames.read(commands.send(Frames.text(command))).text();
    }

    private void command(String command) throws IOException {
        assertThat(answer(command)).isEqualTo("done");
    }

    /** A client that keeps its window if the server does, and no longer. */
    private static final class Subscriber {
        private final Wire wire;
        private final boolean keepsWindow;
        private ClientInflater inflater = new ClientInflater();
        private byte[] last = {};
        private boolean compressed;

        Subscriber(Wire wire, boolean keepsWindow) {
            this.wire = wire;
            this.keepsWindow = keepsWindow;
        }

        String next() throws IOException {
            ReceivedFrame frame = Frames.read(wire);
            assertThat(frame.isFinal()).isTrue();
            last = frame.payload();
            compressed = (frame.first() & 0x40) != 0;
            assertThat(frame.first() & 0xbf).isIn(0x81, 0x82);
            if (!compressed) return frame.text();
            if (!keepsWindow) inflater = new ClientInflater();
            return new String(inflater.inflate(last), StandardCharsets.UTF_8);
        }
    }

    private Subscriber subscribe(String path, String... fields) throws IOException {
        return subscribe(Wire.connect(container.http()), path, fields);
    }

    private Subscriber subscribeSlowly(String path, String... fields) throws IOException {
        return subscribe(Wire.connect(container.http().getHost(), container.http().getPort(), 4096), path, fields);
    }

    private Subscriber subscribe(Wire connected, String path, String... fields) throws IOException {
        Subscriber subscriber = new Subscriber(open(connected, path, fields), fields.length > 0 && fields[0].equals(DEFLATE));
        subscribers.add(subscriber);
        String all = String.valueOf(subscribers.size());
        for (long until = System.nanoTime() + 10_000_000_000L; !answer("count").equals(all); LockSupport.parkNanos(1_000_000)) assertThat(System.nanoTime()).isLessThan(until);
        return subscriber;
    }

    private void assertAllReceive(String text) throws IOException {
        for (Subscriber subscriber : subscribers) assertThat(subscriber.next()).isEqualTo(text);
    }

    private static String words(int number, int length) {
        StringBuilder words = new StringBuilder();
        while (words.length() < length) words.append("{\"id\":").append(number * 31).append(",\"price\":").append(number * 7919 + words.length()).append("} \u20ac ");
        return words.substring(0, length);
    }

    @ParameterizedTest
    @ValueSource(strings = {"async", "basic", "binary", "each"})
    void everyParameterGetsTheSameMessages(String way) throws IOException {
        Subscriber plain = subscribe("/topic");
        Subscriber alone = subscribe("/topic", DEFLATE);
        Subscriber first = subscribe("/topic", WITHOUT_CONTEXT);
        Subscriber second = subscribe("/shared", WITHOUT_CONTEXT);
        Subscriber sharing = subscribe("/shared", DEFLATE);
        subscribe("/shared", DEFLATE);
        subscribe("/shared");
        for (int i = 0; i < 12; i++) {
            String text = words(i, i == 5 ? 60_000 : i == 7 ? 100 : 400);
            command(way + " " + text);
            assertAllReceive(text);
            assertThat(plain.compressed).isFalse();
            assertThat(first.compressed).as("deflate.min of the path").isEqualTo(i != 7);
            if (i == 5 || i == 7) continue;
            assertThat(second.last).isEqualTo(first.last);
            if (way.equals("async") && i > 0) assertThat(alone.last.length).as("refers to earlier messages").isLessThan(first.last.length);
        }
        assertThat(sharing.compressed).isTrue();
    }

    /** The second and third session of this path receive what the sessions without a context receive; the first may be compressed alone. */
    @Test
    void sharedMessagesAreCompressedOnce() throws IOException {
        for (int i = 0; i < 3; i++) subscribe("/shared", DEFLATE);
        Subscriber reference = subscribe("/shared", WITHOUT_CONTEXT);
        for (int i = 0; i < 6; i++) {
            String text = words(i, 500);
            command("each " + words(i + 100, 500));
            assertAllReceive(words(i + 100, 500));
            command("async " + text);
            assertAllReceive(text);
            assertThat(subscribers.stream().filter(one -> Arrays.equals(one.last, reference.last)).count()).isGreaterThanOrEqualTo(3);
        }
    }

    @Test
    void arrayThatChangesBetweenSendsIsNotShared() throws IOException {
        for (int i = 0; i < 4; i++) subscribe("/topic", i % 2 == 0 ? new String[0] : new String[] {WITHOUT_CONTEXT});
        command("changing A" + words(1, 300));
        assertAllReceive("A" + words(1, 300));
        assertAllReceive("B" + words(1, 300));
    }

    @Test
    void textIsSentAgainAfterACollection() throws IOException {
        for (int i = 0; i < 4; i++) subscribe("/topic", i % 2 == 0 ? new String[0] : new String[] {WITHOUT_CONTEXT});
        command("keep " + words(1, 300));
        assertAllReceive(words(1, 300));
        for (int i = 0; i < 2; i++) {
            command("again ?");
            assertAllReceive(words(1, 300));
        }
    }

    @Test
    void twoThreadsSendDifferentTexts() throws Exception {
        for (String[] fields : new String[][] {{}, {DEFLATE}, {WITHOUT_CONTEXT}}) {
            subscribe("/topic", fields);
            subscribe("/shared", fields);
        }
        command("threads " + words(3, 250));
        for (Subscriber subscriber : subscribers) {
            int a = 0;
            int b = 0;
            while (a + b < 200) {
                String text = subscriber.next();
                assertThat(text).isEqualTo(text.charAt(0) == 'A' ? "A" + a++ + words(3, 250) : "B" + b++ + words(3, 250));
            }
            assertThat(a).isEqualTo(100);
        }
    }

    /** Several megabytes wait for each of the clients that do not read. One of them leaves in the middle of a message. */
    @Test
    void clientsThatDoNotReadDoNotDisturbOthers() throws Exception {
        int messages = 300;
        int length = 30_000;
        Subscriber slow = subscribeSlowly("/topic");
        Subscriber leaving = subscribeSlowly("/topic");
        Subscriber slowToo = subscribeSlowly("/shared", DEFLATE);
        Subscriber fast = subscribe("/topic");
        Subscriber compressed = subscribe("/topic", WITHOUT_CONTEXT);
        CompletableFuture<Void> reading = CompletableFuture.runAsync(() -> {
            try {
                for (int i = 0; i < messages; i++) assertThat(fast.next()).isEqualTo(words(i, length));
            } catch (IOException broken) {
                throw new AssertionError(broken);
            }
        });
        for (int i = 0; i < messages; i++) {
            command("async " + words(i, length));
            assertThat(compressed.next()).isEqualTo(words(i, length));
            if (i == messages / 2) {
                leaving.wire.readExactly(1234);
                leaving.wire.close();
            }
        }
        reading.get();
        for (int i = 0; i < messages; i++) {
            assertThat(slow.next()).isEqualTo(words(i, length));
            assertThat(slowToo.next()).isEqualTo(words(i, length));
        }
    }
}
