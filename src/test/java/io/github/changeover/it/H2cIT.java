package io.github.changeover.it;

import static io.github.changeover.it.Http2Wire.ACK;
import static io.github.changeover.it.Http2Wire.DATA;
import static io.github.changeover.it.Http2Wire.END_HEADERS;
import static io.github.changeover.it.Http2Wire.END_STREAM;
import static io.github.changeover.it.Http2Wire.GOAWAY;
import static io.github.changeover.it.Http2Wire.HEADERS;
import static io.github.changeover.it.Http2Wire.PING;
import static io.github.changeover.it.Http2Wire.PROTOCOL_ERROR;
import static io.github.changeover.it.Http2Wire.RST;
import static io.github.changeover.it.Http2Wire.SETTINGS;
import static io.github.changeover.it.Http2Wire.STREAM_CLOSED;
import static io.github.changeover.it.Http2Wire.WINDOW_UPDATE;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.conformance.Covers;
import io.github.changeover.it.Http2Wire.Http2Frame;
import io.github.changeover.it.container.ContainerUnderTest;
import io.github.changeover.it.container.LongRunning;
import io.github.changeover.it.container.OnContainer;
import io.github.changeover.it.container.OncePerEdge;
import io.github.changeover.testkit.Wire;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Checks HTTP/2 by upgrade, frame by frame. {@link ContainerHttp2IT} checks where Payara handles the token itself. */
@OnContainer
@LongRunning
class H2cIT {
    private static final int MAX_CONCURRENT = 3, INITIAL_WINDOW = 4;
    private static ContainerUnderTest server;

    static War war(String name) {
        return War.with(name).app("inner").protocolLibraries().set("changeover.path./page/*.protocols", "h2c").set("changeover.linger", "500ms");
    }

    @BeforeAll
    static void deploy(ContainerUnderTest container) {
        container.deploy(war("h2c").build(), "/h2c");
        server = container.withoutHttp2();
    }

    @AfterAll
    static void undeploy(ContainerUnderTest container) {
        container.undeploy("/h2c");
    }

    private static Http2Wire upgraded() throws IOException {
        return Http2Wire.upgrade(server, "/h2c/page/facts", MAX_CONCURRENT, 100).preface();
    }

    @Test
    @Covers({"RFC7540-3.2-04", "RFC7540-3.2-05", "RFC7540-3.2-09", "RFC7540-3.2.1-08", "RFC9113-3.4-02", "RFC9113-6.5-01", "RFC8441-3-01"})
    void serverSendsSettingsFirstAndAcknowledgesOnlyFrames() throws IOException {
        try (Http2Wire http = Http2Wire.upgrade(server, "/h2c/page/facts", MAX_CONCURRENT, 100)) {
            Http2Frame first = http.read();
            assertThat(first.is(SETTINGS, 0) && first.flags() == 0).isTrue();
            for (int i = 0; i < first.payload().length; i += 6) assertThat(first.payload()[i + 1]).isNotEqualTo((byte) 8);
            List<Http2Frame> answer = http.readUntil(Http2Frame::ends);
            assertThat(answer.get(0).is(HEADERS, 1)).isTrue();
            assertThat(Http2Wire.text(answer, 1)).contains("protocol=HTTP/1.1");
            assertThat(answer).noneMatch(frame -> frame.type() == SETTINGS);
            for (byte b : Http2Wire.MAGIC) http.wire().send(new byte[] {b});
            for (byte b : Http2Wire.frame(SETTINGS, 0, 0, new byte[0])) http.wire().send(new byte[] {b});
            http.send(PING, 0, 0, "12345678".getBytes());
            List<Http2Frame> after = http.readUntil(frame -> frame.type() == PING);
            assertThat(after).filteredOn(frame -> frame.type() == SETTINGS).hasSize(1).allMatch(frame -> frame.flags() == ACK);
        }
    }

    @Test
    @Covers("RFC9113-6.7-01")
    void pingIsAnsweredWithItsPayload() throws IOException {
        try (Http2Wire http = upgraded()) {
            Http2Frame answer = http.send(PING, 0, 0, "87654321".getBytes()).first(frame -> frame.type() == PING);
            assertThat(answer.flags()).isEqualTo(ACK);
            assertThat(answer.payload()).isEqualTo("87654321".getBytes());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"HTTP2-Settings: AAMAAABkAAQAAP//", "HTTP2-Settings: AAMAAABk==", "HTTP2-Settings: AAMAAA", "HTTP2-Settings: AAMAAABkAA", "HTTP2-Settings:",
            "HTTP2-Settings: AAIAAAAC", "HTTP2-Settings: AASAAAAA", "HTTP2-Settings: AAUAAAAB", "HTTP2-Settings: AAMA ABk",
            "HTTP2-Settings: AAMAAABk,AAMAAABk", "HTTP2-Settings: AAMAAABk\r\nHTTP2-Settings: AAMAAABk", "X: y"})
    @Covers({"RFC7540-3.2.1-01", "RFC7540-3.2.1-03", "RFC7540-3.2.1-04", "RFC7540-3.2.1-05", "RFC7540-3.2.1-07", "RFC7540-3.2.1-11"})
    void invalidSettingsStayHttp(String field) throws IOException {
        RawHttp.RawResponse answer = RawHttp.exchange(server, RawHttp.get("/h2c/page/facts", "Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", field));
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body()).contains("protocol=HTTP/1.1");
    }

    @Test
    @Covers({"RFC7540-3.2.1-02", "RFC7540-3.2-01", "RFC7540-3.2-02"})
    void requestThatMayNotSwitchStaysHttp() throws IOException {
        String settings = "HTTP2-Settings: AAMAAABk";
        assertThat(RawHttp.exchange(server, RawHttp.upgrade("/h2c/page/facts", "h2c", settings)).status()).isEqualTo(200);
        assertThat(RawHttp.exchange(server, RawHttp.get("/h2c/page/facts", "Connection: Upgrade, HTTP2-Settings", "Upgrade: h2", settings)).status()).isEqualTo(200);
        try (Wire wire = Wire.connect(server.https()).send(RawHttp.get("/h2c/page/facts", "Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", settings))) {
            assertThat(wire.readHead().status()).isEqualTo(200);
        }
    }

    @Test
    @Covers("RFC7540-3.2.1-10")
    void unknownSettingsAreIgnored() throws IOException {
        try (Http2Wire http = Http2Wire.upgrade(server, "/h2c/page/facts", 0xfefe, 7).preface()) {
            assertThat(http.first(Http2Frame::ends).is(DATA, 1)).isTrue();
        }
    }

    @Test
    @Covers({"RFC7540-3.2.1-09", "RFC9113-5.2-01"})
    void firstResponseObeysTheWindowOfTheSettingsField() throws IOException {
        try (Http2Wire http = Http2Wire.upgrade(server, "/h2c/page/big?size=5000", INITIAL_WINDOW, 1000).preface(INITIAL_WINDOW, 1000)) {
            http.send(PING, 0, 0, new byte[8]);
            assertThat(Http2Wire.text(http.readUntil(frame -> frame.type() == PING), 1)).hasSize(1000);
            http.send(WINDOW_UPDATE, 0, 1, Http2Wire.number(4000));
            assertThat(Http2Wire.text(http.readUntil(Http2Frame::ends), 1)).hasSize(4000);
        }
    }

    @Test
    @Covers("RFC7540-3.2-06")
    void streamOneIsHalfClosed() throws IOException {
        try (Http2Wire http = Http2Wire.upgrade(server, "/h2c/page/big?size=5000", INITIAL_WINDOW, 1000).preface(INITIAL_WINDOW, 1000)) {
            http.send(DATA, 0, 1, new byte[3]);
            Http2Frame end = http.first(frame -> frame.type() == RST || frame.type() == GOAWAY);
            assertThat(end.error()).isEqualTo(STREAM_CLOSED);
        }
    }

    @Test
    @Covers({"RFC7540-3.2-08", "RFC7540-3.2-11", "RFC9113-8.2.2-01"})
    void laterStreamsAreServedWithoutHopByHopFields() throws IOException {
        try (Http2Wire http = upgraded()) {
            http.get(3, "/h2c/page/facts", "te", "trailers", "x-own", "1");
            String facts = Http2Wire.text(http.readUntil(frame -> frame.stream() == 3 && frame.ends()), 3);
            assertThat(facts).contains("protocol=HTTP/2.0", "scheme=http\n", "remote=127.0.0.1:" + http.wire().localPort(), "url=http://localhost/h2c/page/facts",
                    "field x-own: 1", "mark=null").doesNotContainIgnoringCase("field te:").doesNotContainIgnoringCase("changeover-inner");
            http.get(5, "/h2c/page/hop");
            List<Http2Frame> hop = http.readUntil(frame -> frame.stream() == 5 && frame.ends());
            assertThat(new String(hop.get(0).payload())).doesNotContainIgnoringCase("keep-alive");
            assertThat(Http2Wire.text(hop, 5)).isEqualTo("hop");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"upgrade=h2c", "connection=close", "te=gzip", "transfer-encoding=chunked", "X-Upper=1", "content-length=5"})
    @Covers({"RFC9113-8.1.1-01", "RFC9113-8.6-01", "RFC9113-5.1-01"})
    void malformedRequestResetsOnlyItsStream(String field) throws IOException {
        try (Http2Wire http = upgraded()) {
            int equals = field.indexOf('=');
            http.get(3, "/h2c/page/facts", field.substring(0, equals), field.substring(equals + 1));
            Http2Frame end = http.first(frame -> frame.stream() == 3 && frame.ends() || frame.type() == GOAWAY);
            assertThat(end.type()).as(field).isEqualTo(RST);
            assertThat(end.error()).isEqualTo(PROTOCOL_ERROR);
            http.get(5, "/h2c/page/facts");
            assertThat(http.first(frame -> frame.stream() == 5 && frame.ends()).type()).isEqualTo(DATA);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/other", "/h2c/../other/x", "/h2c/%2e%2e/other", "/h2c/..;/other", "/h2c/page/..%2f..%2fother", "/h2c2/page/facts"})
    @Covers("RFC9113-8.3.1-01")
    void otherApplicationIsNotReached(String path) throws IOException {
        try (Http2Wire http = upgraded()) {
            http.get(3, path);
            assertThat(Http2Wire.text(http.readUntil(frame -> frame.stream() == 3 && frame.ends()), 3)).containsAnyOf("is ambiguous", "open another connection for this path");
        }
    }

    @Test
    @Covers("RFC9113-3.4-01")
    void invalidPrefaceClosesTheConnection() throws IOException {
        try (Http2Wire http = Http2Wire.upgrade(server, "/h2c/page/facts", MAX_CONCURRENT, 100)) {
            http.wire().send("GET /h2c/page/facts HTTP/1.1\r\nHost: localhost\r\n\r\n");
            assertThat(http.wire().readToEnd().end()).isNotEqualTo(Wire.End.TIMEOUT);
        }
    }

    @Test
    @Covers("RFC7541-01")
    void undecodableFieldBlockClosesTheConnection() throws IOException {
        try (Http2Wire http = upgraded()) {
            http.send(HEADERS, END_STREAM | END_HEADERS, 3, new byte[] {(byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff, 0x7f});
            assertThat(http.first(frame -> frame.type() == GOAWAY).error()).isEqualTo(9);
        }
    }

    @Test
    @Covers("RFC9113-4.2-01")
    void tooLongFrameIsAnError() throws IOException {
        try (Http2Wire http = upgraded()) {
            http.send(DATA, 0, 3, new byte[16_385]);
            assertThat(http.first(frame -> frame.type() == GOAWAY).error()).isEqualTo(6);
        }
    }

    @Test
    @Covers("RFC9113-5.2-02")
    void clientThatReadsNothingBlocksTheApplication() throws IOException, InterruptedException {
        int size = 10_000_000;
        ApplicationClient asking = ApplicationClient.of(server, "/h2c");
        long before = Long.parseLong(asking.page("/page/written"));
        try (Http2Wire http = Http2Wire.upgrade(server, "GET", "/h2c/page/facts", 16 * 1024, INITIAL_WINDOW, Integer.MAX_VALUE).preface(INITIAL_WINDOW, Integer.MAX_VALUE)) {
            http.send(WINDOW_UPDATE, 0, 0, Http2Wire.number(Integer.MAX_VALUE - 65_535));
            for (int i = 0; i < 50; i++) http.get(3 + 2 * i, "/h2c/page/big?size=" + size);
            long last = -1;
            long now = Long.parseLong(asking.page("/page/written"));
            while (now != last) {
                Thread.sleep(300);      // no event shows that nothing more happens
                last = now;
                now = Long.parseLong(asking.page("/page/written"));
            }
            assertThat(now - before).as("bytes the application could write").isLessThan(50L * size * 9 / 10);
        }
    }

    /** After its half-close, the client can send no frame for its open streams any more. Nothing of these streams may remain. */
    @OncePerEdge
    @Test
    @Covers("RFC9113-6.8-01")
    @Tag("full")
    void halfClosedClientIsNotAwaitedForever() throws IOException {
        try (Http2Wire http = Http2Wire.upgrade(server, "/h2c/page/facts", INITIAL_WINDOW, 1000).preface(INITIAL_WINDOW, 1000)) {
            http.get(3, "/h2c/page/big?size=5000").get(5, "/h2c/page/nothing");
            http.readUntil(frame -> frame.is(DATA, 3));
            http.wire().socket().shutdownOutput();
            Http2Frame goodbye = http.first(frame -> frame.type() == GOAWAY);
            assertThat(goodbye.error()).isZero();
            assertThat(http.wire().timeout(Duration.ofSeconds(20)).readToEnd().end()).isNotEqualTo(Wire.End.TIMEOUT);
        }
    }

    @Test

    @Covers("RFC9113-6.8-01")
    void idleConnectionEndsWithGoaway(ContainerUnderTest container) throws IOException {
        container.deploy(war("h2c-idle").set("changeover.idle", "1s").build(), "/h2cidle");
        try (Http2Wire http = Http2Wire.upgrade(container.withoutHttp2(), "/h2cidle/page/facts", MAX_CONCURRENT, 100).preface()) {
            http.get(3, "/h2cidle/page/facts");
            Http2Frame last = http.first(frame -> frame.type() == GOAWAY);
            assertThat(last.error()).isZero();
            assertThat(last.payload()).startsWith(0, 0, 0, 3);
            assertThat(http.wire().readToEnd().end()).isEqualTo(Wire.End.FIN);
        } finally {
            container.undeploy("/h2cidle");
        }
    }

    @Test

    @Covers("RFC9113-6.8-01")
    void undeployEndsTheConnectionWithGoaway(ContainerUnderTest container) throws IOException {
        container.deploy(war("h2c-goes").set("changeover.drain", "1s").build(), "/h2cgoes");
        Http2Wire http;
        try {
            http = Http2Wire.upgrade(container.withoutHttp2(), "/h2cgoes/page/facts", MAX_CONCURRENT, 100).preface();
            http.get(3, "/h2cgoes/page/facts").readUntil(frame -> frame.stream() == 3 && frame.ends());
        } finally {
            container.undeploy("/h2cgoes");
        }
        Http2Frame last = http.first(frame -> frame.type() == GOAWAY);
        assertThat(last.error()).isZero();
        assertThat(last.payload()).startsWith(0, 0, 0, 3);
        assertThat(http.wire().timeout(Duration.ofSeconds(5)).readToEnd().end()).isEqualTo(Wire.End.FIN);
        assertThat(Thread.getAllStackTraces().keySet()).noneMatch(thread -> thread.getName().equals("changeover-dispatch")
                && thread.getContextClassLoader() != null && thread.getContextClassLoader().toString().contains("h2cgoes"));
        http.close();
    }

    @Test
    void missingPrefaceTimesOut(ContainerUnderTest container) throws IOException {
        container.deploy(war("unprefaced").set("changeover.h2c.preface", "500ms").build(), "/unprefaced");
        try (Http2Wire silent = Http2Wire.upgrade(container.withoutHttp2(), "/unprefaced/page/facts", MAX_CONCURRENT, 100); Http2Wire spoken = Http2Wire.upgrade(container.withoutHttp2(), "/unprefaced/page/facts", MAX_CONCURRENT, 100).preface()) {
            assertThat(silent.first(frame -> frame.type() == GOAWAY).error()).isEqualTo(Http2Wire.SETTINGS_TIMEOUT);
            assertThat(silent.wire().isClosedByPeer(Duration.ofSeconds(5))).isTrue();
            assertThat(spoken.send(PING, 0, 0, "12345678".getBytes()).first(frame -> frame.type() == PING).flags()).isEqualTo(ACK);
            assertThat(spoken.wire().isClosedByPeer(Duration.ofMillis(300))).isFalse();
        } finally {
            container.undeploy("/unprefaced");
        }
    }
}
