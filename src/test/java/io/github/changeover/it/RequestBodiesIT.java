package io.github.changeover.it;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.conformance.Covers;
import io.github.changeover.it.container.ContainerUnderTest;
import io.github.changeover.it.container.EmbeddedOnly;
import io.github.changeover.it.container.OnContainer;
import io.github.changeover.testkit.Head;
import io.github.changeover.testkit.Message;
import io.github.changeover.testkit.Message.ContentTiming;
import io.github.changeover.testkit.Message.Framing;
import io.github.changeover.testkit.Wire;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Checks that a request whose upgrade is not performed is an ordinary request: however its content arrives and however the application reads it, the response
 * equals that to the same request without {@code Upgrade}, which follows on the same connection.
 */
@OnContainer
@EmbeddedOnly
@Tag("full")
class RequestBodiesIT {
    private static final int[] SIZES = {0, 1, 300_000};
    private static ContainerUnderTest server;

    /** Offers that are not accepted. */
    enum IgnoredOffer {
        UNKNOWN("Connection: Upgrade", "Upgrade: nobody/9"),
        CONTENT_NOT_ALLOWED("Connection: Upgrade", "Upgrade: bare"),
        NOT_FOR_THIS_HOP("Upgrade: bare, laden");

        private final String[] fields;

        IgnoredOffer(String... fields) {
            this.fields = fields;
        }
    }

    /** A way to read content in the application, with a request for it. */
    enum BodyReader {
        BLOCKING, SINGLE, ASYNC, READER, FORM, PARTS, TRAILERS, UNREAD;

        Message post(int size, Framing framing) {
            String path = "POST /bodies/" + name().toLowerCase(java.util.Locale.ROOT);
            return switch (this) {
                case READER -> Message.of(path, "Content-Type: text/plain;charset=utf-8").content("aé€\n".repeat(size / 7 + 1).getBytes(UTF_8), framing);
                case FORM -> Message.of(path + "?q=1", "Content-Type: application/x-www-form-urlencoded")
                        .content(("a=%C3%A9&" + "b+b=x&".repeat(Math.min(size, 900)) + "q=" + "z".repeat(size)).getBytes(ISO_8859_1), framing);
                case PARTS -> Message.of(path, "Content-Type: multipart/form-data; boundary=x-y").content(parts(ProbeClient.pattern(size)), framing);
                default -> Message.of(path, "Content-Type: application/octet-stream").content(ProbeClient.pattern(size), framing);
            };
        }

        private static byte[] parts(byte[] file) {
            String before = "--x-y\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nvalue\r\n"
                    + "--x-y\r\nContent-Disposition: form-data; name=\"f\"; filename=\"f.bin\"\r\nContent-Type: application/octet-stream\r\n\r\n";
            return (before + new String(file, ISO_8859_1) + "\r\n--x-y--\r\n").getBytes(ISO_8859_1);
        }
    }

    @BeforeAll
    static void deploy(ContainerUnderTest container) {
        container.deploy(War.with("bodies").app("bodies").build(), "/bodies");
        server = container;
    }

    @AfterAll
    static void undeploy(ContainerUnderTest container) {
        container.undeploy("/bodies");
    }

    static Stream<Arguments> readersAndOffers() {
        List<Arguments> all = new ArrayList<>();
        for (BodyReader reader : BodyReader.values()) {
            for (IgnoredOffer offer : IgnoredOffer.values()) all.add(Arguments.of(reader, offer));
        }
        return all.stream();
    }

    @ParameterizedTest
    @MethodSource("readersAndOffers")
    @Covers({"RFC9110-7.8-05", "RFC9110-7.8-06", "RFC9931-01", "RFC9931-02", "RFC9112-9.3-01", "RFC9931-07"})
    void ignoredOfferKeepsTheContentComplete(BodyReader reader, IgnoredOffer offer) throws IOException {
        for (Framing framing : List.of(Framing.LENGTH, Framing.CHUNKED)) {
            for (int size : SIZES) {
                for (ContentTiming arrival : ContentTiming.values()) {
                    assertSameAsOrdinary(reader.post(size, framing), offer, arrival);
                }
            }
        }
    }

    private static void assertSameAsOrdinary(Message ordinary, IgnoredOffer offer, ContentTiming arrival) throws IOException {
        for (int left = toleratedFailures(ordinary);; left--) {
            try {
                compare(ordinary, offer, arrival);
                return;
            } catch (AssertionError | IOException mishap) {
                if (left == 0) throw mishap;
            }
        }
    }

    /**
     * How often a case may fail: a listener of chunked content cannot know whether it has read everything, so it requests more bytes, and then
     * Payara may read on while the request is in progress (see below). An error of Changeover fails every time.
     */
    private static int toleratedFailures(Message message) {
        return server.isGrizzly() && message.line().endsWith("/async") && message.framing() == Framing.CHUNKED ? 2 : 0;
    }

    private static void compare(Message ordinary, IgnoredOffer offer, ContentTiming arrival) throws IOException {
        try (Wire wire = Wire.connect(server.http())) {
            ordinary.with(offer.fields).send(wire, arrival);
            Message.FullResponse answer = Message.readResponse(wire);
            ordinary.send(wire, arrival);
            assertThat(answer).as("%s, %d bytes, %s, %s", ordinary.line(), ordinary.content().length, ordinary.framing(), arrival)
                    .isEqualTo(Message.readResponse(wire));
            assertThat(answer.status()).isEqualTo(200);
        }
    }

    @ParameterizedTest
    @MethodSource("readersAndOffers")
    @Covers({"RFC9110-7.8-05", "RFC9931-01", "RFC9110-7.8-20"})
    void requestMayBeSplitAnywhere(BodyReader reader, IgnoredOffer offer) throws IOException {
        for (Framing framing : List.of(Framing.LENGTH, Framing.CHUNKED)) {
            Message ordinary = reader.post(5, framing);
            byte[] bytes = ordinary.with(offer.fields).bytes();
            Message.FullResponse expected = ordinaryResponse(ordinary);
            int step = reader == BodyReader.BLOCKING ? 1 : 5;
            splitEverywhere(bytes, step, toleratedFailures(ordinary), answer -> assertThat(answer).isEqualTo(expected));
        }
    }

    private static Message.FullResponse ordinaryResponse(Message ordinary) throws IOException {
        try (Wire wire = Wire.connect(server.http())) {
            ordinary.send(wire, ContentTiming.AT_ONCE);
            return Message.readResponse(wire);
        }
    }

    /** Sends each request on the connection of the previous one, as many as a container serves on one connection. */
    private static void splitEverywhere(byte[] bytes, int step, int mishaps, Consumer<Message.FullResponse> assertion) throws IOException {
        for (int at = step, left = mishaps; at < bytes.length;) {
            try (Wire wire = Wire.connect(server.http())) {
                for (int count = 0; count < 50 && at < bytes.length; count++, at += step) {
                    Message.sendSplit(wire, bytes, at);
                    assertion.accept(Message.readResponse(wire));
                }
            } catch (AssertionError | IOException mishap) {
                if (left-- == 0) throw new AssertionError("split at " + at + " of " + bytes.length, mishap);
            }
        }
    }

    /**
     * This test has no Upgrade, so it checks the container alone: if a listener on Payara requests more bytes after the end of the content, Payara reads on
     * while the request is in progress, and the next request is lost.
     */
    @Test
    void requestAfterContentReadByAListenerIsServed() throws IOException {
        try (Wire wire = Wire.connect(server.http()).timeout(Duration.ofSeconds(3)); Wire another = Wire.connect(server.http())) {
            wire.send("POST /bodies/asks HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n1");
            Head head = wire.readHead();                    // the application has read the first byte
            wire.send("2GET /bodies/asks HTTP/1.1\r\nHost: localhost\r\n\r\n");
            for (int i = 0; i < 50; i++) get(another, "/bodies/asks");      // in the meantime the container may have read on
            get(another, "/bodies/asks?followed");
            assertThat(wire.readBodyText(head)).isEqualTo("all read\n");
            if (ContainerDifferences.losesTheNextRequest(server)) {
                assertThat(wire.readToEnd().text()).doesNotContain("HTTP/1.1 200");
            } else {
                assertThat(wire.readHead().status()).isEqualTo(200);
            }
        }
    }

    private static void get(Wire wire, String target) throws IOException {
        wire.send("GET " + target + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
        wire.readBody(wire.readHead());
    }

    @ParameterizedTest
    @EnumSource(IgnoredOffer.class)
    @Covers({"RFC9931-01", "RFC9110-7.8-20"})
    void requestInTheSegmentOfAnIgnoredOfferIsServed(IgnoredOffer offer) throws IOException {
        Message first = BodyReader.BLOCKING.post(100, Framing.LENGTH);
        Message second = BodyReader.BLOCKING.post(7, Framing.CHUNKED);
        try (Wire wire = Wire.connect(server.http())) {
            wire.send(first.with(offer.fields).bytes(second.bytes()));
            assertThat(Message.readResponse(wire).content()).startsWith("POST length 100 read 100 ");
            assertThat(Message.readResponse(wire).content()).startsWith("POST length -1 read 7 ");
        }
    }

    /** If no header field specifies content, there is none: a servlet that reads its input to the end must not wait until the client closes. */
    @ParameterizedTest
    @ValueSource(strings = {"blocking", "single", "async", "reader", "form", "trailers"})
    @Covers({"RFC9112-6.3-02", "RFC9110-7.8-05"})
    void requestWithoutContentEndsAtOnce(String path) throws IOException {
        for (String method : List.of("GET", "POST")) {
            Message ordinary = Message.of(method + " /bodies/" + path);
            assertSameAsOrdinary(ordinary, IgnoredOffer.UNKNOWN, ContentTiming.AT_ONCE);
            assertSameAsOrdinary(ordinary, IgnoredOffer.NOT_FOR_THIS_HOP, ContentTiming.AT_ONCE);
        }
    }

    @ParameterizedTest
    @EnumSource(value = Framing.class, names = {"LENGTH", "CHUNKED"})
    @Covers("RFC9931-07")
    void getWithContentIsNotSwitchedWhereContentIsNotAllowed(Framing framing) throws IOException {
        Message ordinary = Message.of("GET /bodies/blocking").content(ProbeClient.pattern(10), framing);
        if (!ContainerDifferences.acceptsContentOfGet(server)) {      // without Upgrade; with it, Payara alone would never detect the end of the content
            assertThat(ordinaryResponse(ordinary).status()).isEqualTo(400);
            Message.FullResponse answer = ordinaryResponse(ordinary.with(IgnoredOffer.CONTENT_NOT_ALLOWED.fields));
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.content()).contains(" read 10 ");
        } else {
            assertSameAsOrdinary(ordinary, IgnoredOffer.CONTENT_NOT_ALLOWED, ContentTiming.LATER);
        }
    }

    @ParameterizedTest
    @EnumSource(value = Framing.class, names = {"LENGTH", "CHUNKED"})
    @Covers({"RFC9931-01", "RFC9931-02", "RFC9112-9.3-01", "RFC9110-15.5.1-01"})
    void rejectionKeepsTheConnectionUsable(Framing framing) throws IOException {
        for (int size : SIZES) {
            for (ContentTiming arrival : ContentTiming.values()) {
                Message ordinary = BodyReader.BLOCKING.post(size, framing);
                try (Wire wire = Wire.connect(server.http())) {
                    ordinary.with("Connection: Upgrade", "Upgrade: never").send(wire, arrival);
                    Message.FullResponse refusal = Message.readResponse(wire);
                    assertThat(refusal.status()).isEqualTo(403);
                    assertThat(refusal.content()).isEqualTo("Never.\n");
                    assertThat(refusal.fields()).noneMatch(field -> field.startsWith("Connection:"));
                    ordinary.send(wire, arrival);
                    assertThat(Message.readResponse(wire).content()).startsWith("POST length " + (framing == Framing.LENGTH ? size : -1) + " read " + size + " ");
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(value = Framing.class, names = {"LENGTH", "CHUNKED"})
    @Covers({"RFC9931-01", "RFC9110-7.8-20"})
    void splitRejectedRequestKeepsTheConnectionUsable(Framing framing) throws IOException {
        byte[] bytes = BodyReader.BLOCKING.post(5, framing).with("Connection: Upgrade", "Upgrade: never").bytes();
        splitEverywhere(bytes, 1, 0, answer -> assertThat(answer.status()).isEqualTo(403));
    }
}
