package io.github.changeover.it;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.conformance.Covers;
import io.github.changeover.it.container.ContainerUnderTest;
import io.github.changeover.it.container.LongRunning;
import io.github.changeover.it.container.OnContainer;
import io.github.changeover.it.container.OncePerEdge;
import io.github.changeover.testkit.Head;
import io.github.changeover.testkit.Message;
import io.github.changeover.testkit.Message.ContentTiming;
import io.github.changeover.testkit.Message.Framing;
import io.github.changeover.testkit.Wire;
import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Checks requests with content that are switched: the content ends as its framing specifies, and the next byte belongs to the new protocol. */
@OnContainer
@LongRunning
class ContentBeforeSwitchIT {
    private static final byte[] EARLY = "first bytes of the new protocol".getBytes(ISO_8859_1);
    private static ContainerUnderTest server;

    @BeforeAll
    static void deploy(ContainerUnderTest container) {
        container.deploy(War.with("laden").app("bodies").set("changeover.content.max", "400k").build(), "/laden");
        server = container;
    }

    @AfterAll
    static void undeploy(ContainerUnderTest container) {
        container.undeploy("/laden");
    }

    private static Message post(int size, Framing framing) {
        return Message.of("POST /laden/unread", "Connection: Upgrade", "Upgrade: laden", "Content-Type: text/plain")
                .content(ProbeClient.pattern(size), framing);
    }

    private static String digest(byte[] bytes) {
        try {
            return bytes.length + " " + HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes)) + "\n";
        } catch (NoSuchAlgorithmException everyJdkHasIt) {
            throw new IllegalStateException(everyJdkHasIt);
        }
    }

    /** Checks that the handler gets the complete content, and that the bytes after it are echoed. */
    private static void assertSwitched(Wire wire, Message message) throws IOException {
        assertThat(wire.readHead().status()).isEqualTo(101);
        assertThat(wire.readLine()).isEqualTo(digest(message.content()));
        assertThat(wire.readExactly(EARLY.length)).isEqualTo(EARLY);
    }

    @ParameterizedTest
    @EnumSource(value = Framing.class, names = {"LENGTH", "CHUNKED"})
    @Covers({"RFC9110-7.8-17", "RFC9110-7.8-20", "RFC9112-7.1-01"})
    void contentEndsAtItsFraming(Framing framing) throws IOException {
        for (int size : new int[] {0, 1, 5, 300_000}) {
            Message message = post(size, framing);
            try (Wire wire = Wire.connect(server.http())) {
                wire.send(message.bytes(EARLY));
                assertSwitched(wire, message);
            }
            try (Wire wire = Wire.connect(server.http())) {
                message.send(wire, ContentTiming.LATER);
                wire.send(EARLY);
                assertSwitched(wire, message);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(value = Framing.class, names = {"LENGTH", "CHUNKED"})
    @Covers({"RFC9110-7.8-17", "RFC9110-7.8-20", "RFC9112-7.1-01"})
    void segmentsMayBeSplitAnywhere(Framing framing) throws IOException {
        Message message = post(5, framing);
        byte[] bytes = message.bytes(EARLY);
        for (int at = 1; at < bytes.length; at++) {
            try (Wire wire = Wire.connect(server.http())) {
                Message.sendSplit(wire, bytes, at);
                assertSwitched(wire, message);
            } catch (AssertionError failure) {
                throw new AssertionError("cut at " + at + " of " + bytes.length, failure);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(value = Framing.class, names = {"LENGTH", "CHUNKED"})
    void contentOverTheLimitIsRejected(Framing framing) throws IOException {
        try (Wire wire = Wire.connect(server.http())) {
            post(500_000, framing).send(wire, ContentTiming.AT_ONCE);
            Message.FullResponse answer = Message.readResponse(wire);
            assertThat(answer.status()).isEqualTo(413);
            assertThat(answer.content()).contains("changeover.content.max");
            assertThat(wire.isClosedByPeer(Duration.ofSeconds(5))).isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource(value = Framing.class, names = {"LENGTH", "CHUNKED"})
    @Covers("RFC9112-8-01")
    void truncatedContentIsNotSwitched(Framing framing) throws IOException {
        byte[] bytes = post(100, framing).bytes();
        try (Wire wire = Wire.connect(server.http())) {
            wire.send(bytes, 0, bytes.length - 30).shutdownOutput();
            assertThat(wire.readToEnd().text()).doesNotContain(" 101 ");
        }
    }

    private static Message messageWithExpectContinue(String offer) {
        return Message.of("POST /laden/blocking", "Connection: Upgrade", "Upgrade: " + offer, "Expect: 100-continue")
                .content(ProbeClient.pattern(1000), Framing.LENGTH);
    }

    @Test
    @Covers({"RFC9110-7.8-08", "RFC9110-10.1.1-01"})
    void expectContinueIsAnsweredBeforeTheSwitch() throws IOException {
        Message message = messageWithExpectContinue("laden");
        try (Wire wire = Wire.connect(server.http())) {
            wire.send(message.head());
            assertThat(wire.readHead().status()).isEqualTo(100);
            wire.send(message.body()).send(EARLY);
            Head head = wire.readHead();
            assertThat(head.status()).isEqualTo(101);
            assertThat(head.all("Connection")).containsExactly("Upgrade");
            assertThat(wire.readLine()).isEqualTo(digest(message.content()));
            assertThat(wire.readExactly(EARLY.length)).isEqualTo(EARLY);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"nobody/9", "bare"})
    @Covers({"RFC9110-10.1.1-01", "RFC9110-7.8-05"})
    void expectContinueIsAnsweredForAnIgnoredOffer(String offer) throws IOException {
        Message message = messageWithExpectContinue(offer);
        try (Wire wire = Wire.connect(server.http())) {
            for (int count = 0; count < 2; count++) {
                wire.send(message.head());
                assertThat(wire.readHead().status()).isEqualTo(100);
                wire.send(message.body());
                assertThat(Message.readResponse(wire).content()).isEqualTo("POST length 1000 read " + digest(message.content()));
            }
        }
    }

    /** A final status without 100 (Continue) would also be correct (RFC 9110 section 10.1.1): then the client does not send its content. */
    @Test
    @Covers("RFC9110-10.1.1-01")
    void rejectionAnswersExpectContinue() throws IOException {
        Message message = messageWithExpectContinue("never");
        try (Wire wire = Wire.connect(server.http())) {
            wire.send(message.head());
            Head head = wire.readHead();
            if (head.status() == 100) {
                wire.send(message.body());
                head = wire.readHead();
            }
            assertThat(head.status()).isEqualTo(403);
            assertThat(wire.readBodyText(head)).isEqualTo("Never.\n");
        }
    }

    /** Checks that a request whose content arrives like this is rejected with 408. */
    private static void assertTooSlow(ContainerUnderTest container, byte[] first, SlowSender rest) throws IOException {
        container.deploy(War.with("hurried").app("bodies").set("changeover.negotiation.timeout", "1500ms").build(), "/hurried");
        try (Wire wire = Wire.connect(container.http())) {
            long begun = System.nanoTime();
            wire.send(first);
            rest.send(wire);
            Message.FullResponse answer = Message.readResponse(wire);
            assertThat(Duration.ofNanos(System.nanoTime() - begun)).isBetween(Duration.ofMillis(1400), Duration.ofSeconds(8));
            assertThat(answer.status()).isEqualTo(408);
            assertThat(answer.fields().toString()).containsIgnoringCase("close");
            assertThat(answer.content()).doesNotContain("Exception", "org.apache");
            assertThat(wire.isClosedByPeer(Duration.ofSeconds(5))).isTrue();
            Message quick = Message.of("POST /hurried/unread", "Connection: Upgrade", "Upgrade: laden", "Content-Type: text/plain").content(ProbeClient.pattern(1000), Framing.LENGTH);
            try (Wire other = Wire.connect(container.http())) {
                other.send(quick.bytes(EARLY));
                assertSwitched(other, quick);
            }
        } finally {
            container.undeploy("/hurried");
        }
    }

    @Test
    @Covers("RFC9112-8-01")
    void invalidChunksAreRejectedWithoutAStackTrace() throws IOException {
        String head = "POST /laden/unread HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: laden\r\nTransfer-Encoding: chunked\r\n\r\n";
        try (Wire wire = Wire.connect(server.http()).send(head + "zz\r\nhello\r\n0\r\n\r\n")) {
            Message.FullResponse answer = Message.readResponse(wire);
            assertThat(answer.status()).isEqualTo(400);
            assertThat(answer.content()).doesNotContain("Exception", "org.apache");
            assertThat(wire.isClosedByPeer(Duration.ofSeconds(5))).isTrue();
        }
    }

    private interface SlowSender {
        void send(Wire wire) throws IOException;
    }

    private static Message slowMessage(Framing framing) {
        return Message.of("POST /hurried/unread", "Connection: Upgrade", "Upgrade: laden", "Content-Type: text/plain").content(ProbeClient.pattern(1000), framing);
    }

    @OncePerEdge
    @ParameterizedTest
    @EnumSource(value = Framing.class, names = {"LENGTH", "CHUNKED"})
    @Tag("full")
    void stoppedContentTimesOut(Framing framing, ContainerUnderTest container) throws IOException {
        byte[] bytes = slowMessage(framing).bytes();
        assertTooSlow(container, Arrays.copyOf(bytes, bytes.length - 100), wire -> { });
    }

    @OncePerEdge
    @ParameterizedTest
    @EnumSource(value = Framing.class, names = {"LENGTH", "CHUNKED"})
    void tooSlowContentTimesOut(Framing framing, ContainerUnderTest container) throws IOException {
        byte[] bytes = slowMessage(framing).bytes();
        int from = bytes.length - 100;
        assertTooSlow(container, Arrays.copyOf(bytes, from), wire -> {
            for (int i = from; i < bytes.length - 50 && wire.socket().getInputStream().available() == 0; i++) {
                wire.send(new byte[] {bytes[i]});
                LockSupport.parkNanos(100_000_000);
            }
        });
    }
}
