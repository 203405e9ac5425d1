package io.github.changeover.it;

import static io.github.changeover.it.Http2Wire.ACK;
import static io.github.changeover.it.Http2Wire.CALM;
import static io.github.changeover.it.Http2Wire.CONTINUATION;
import static io.github.changeover.it.Http2Wire.DATA;
import static io.github.changeover.it.Http2Wire.END_HEADERS;
import static io.github.changeover.it.Http2Wire.END_STREAM;
import static io.github.changeover.it.Http2Wire.GOAWAY;
import static io.github.changeover.it.Http2Wire.HEADERS;
import static io.github.changeover.it.Http2Wire.PING;
import static io.github.changeover.it.Http2Wire.PRIORITY;
import static io.github.changeover.it.Http2Wire.REFUSED_STREAM;
import static io.github.changeover.it.Http2Wire.RST;
import static io.github.changeover.it.Http2Wire.SETTINGS;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.conformance.Covers;
import io.github.changeover.it.Http2Wire.Http2Frame;
import io.github.changeover.it.container.ContainerUnderTest;
import io.github.changeover.it.container.OnContainer;
import io.github.changeover.testkit.Wire;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Checks the limits for frames that cost the server more than the client. Each flood exceeds its limit by one. It is sent in one write, so that the
 * client sees the response.
 */
@OnContainer
@Covers("RFC9113-10.5-01")
class H2cFloodsIT {
    private static final int RESETS = 200, IDLE_FRAMES = 1000, STREAMS = 100;
    private static ContainerUnderTest server;

    @BeforeAll
    static void deploy(ContainerUnderTest container) {
        container.deploy(H2cIT.war("h2c-floods").build(), "/h2cfloods");
        server = container.withoutHttp2();
    }

    @AfterAll
    static void undeploy(ContainerUnderTest container) {
        container.undeploy("/h2cfloods");
    }

    private static Http2Wire upgraded() throws IOException {
        return Http2Wire.upgrade(server, "/h2cfloods/page/facts", 3, 100).preface();
    }

    /** Frames that are sent in one write. */
    private static final class FrameFlood {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        FrameFlood frame(int type, int flags, int stream, byte[] payload) {
            bytes.writeBytes(Http2Wire.frame(type, flags, stream, payload));
            return this;
        }

        FrameFlood times(int count, int type, int flags, int stream, byte[] payload) {
            for (int i = 0; i < count; i++) frame(type, flags, stream, payload);
            return this;
        }

        /** The error code of the GOAWAY frame, after which the connection must end. */
        int goawayError() throws IOException {
            try (Http2Wire http = upgraded()) {
                http.wire().send(bytes.toByteArray());
                int error = http.first(frame -> frame.type() == GOAWAY).error();
                assertThat(http.wire().readToEnd().end()).isEqualTo(Wire.End.FIN);
                return error;
            }
        }
    }

    private static byte[] request(String method, String path, String... more) {
        return Http2Wire.request(method, "/h2cfloods/page" + path, more);
    }

    @Test
    void rapidResetClosesTheConnection() throws IOException {
        FrameFlood flood = new FrameFlood();
        for (int stream = 3; stream <= 3 + 2 * RESETS; stream += 2) {
            flood.frame(HEADERS, END_STREAM | END_HEADERS, stream, request("GET", "/facts")).frame(RST, 0, stream, Http2Wire.number(8));
        }
        assertThat(flood.goawayError()).isEqualTo(CALM);
    }

    /** The server responds to malformed requests with resets. These are counted as well. */
    @Test
    void provokedResetsCloseTheConnection() throws IOException {
        FrameFlood flood = new FrameFlood();
        for (int stream = 3; stream <= 3 + 2 * RESETS; stream += 2) flood.frame(HEADERS, END_STREAM | END_HEADERS, stream, request("GET", "/facts", "upgrade", "h2c"));
        assertThat(flood.goawayError()).isEqualTo(CALM);
    }

    @Test
    void pingFloodClosesTheConnection() throws IOException {
        assertThat(new FrameFlood().times(IDLE_FRAMES + 1, PING, 0, 0, new byte[8]).goawayError()).isEqualTo(CALM);
    }

    @Test
    void settingsFloodClosesTheConnection() throws IOException {
        assertThat(new FrameFlood().times(IDLE_FRAMES + 1, SETTINGS, 0, 0, Http2Wire.payload(4, 70_000)).goawayError()).isEqualTo(CALM);
    }

    @Test
    void priorityFloodClosesTheConnection() throws IOException {
        assertThat(new FrameFlood().times(IDLE_FRAMES + 1, PRIORITY, 0, 3, new byte[5]).goawayError()).isEqualTo(CALM);
    }

    @Test
    void emptyDataFloodClosesTheConnection() throws IOException {
        FrameFlood flood = new FrameFlood().frame(HEADERS, END_HEADERS, 3, request("POST", "/digest"));
        assertThat(flood.times(3, DATA, 0, 3, new byte[0]).goawayError()).isEqualTo(CALM);
    }

    @Test
    void manySmallContinuationsCloseTheConnection() throws IOException {
        FrameFlood flood = new FrameFlood().frame(HEADERS, END_STREAM, 3, request("GET", "/facts"));
        assertThat(flood.times(100, CONTINUATION, 0, 3, Http2Wire.block("x", "y")).goawayError()).isEqualTo(CALM);
    }

    /** The limit applies when the field block is a quarter longer than the setting. */
    @Test
    void endlessFieldBlockClosesTheConnection() throws IOException {
        FrameFlood flood = new FrameFlood().frame(HEADERS, END_STREAM, 3, request("GET", "/facts"));
        assertThat(flood.times(64, CONTINUATION, 0, 3, Http2Wire.block("x-long", "x".repeat(16_000))).goawayError()).isEqualTo(CALM);
    }

    /** The setting is 16 KiB. A longer field list gets a 431, on its stream only. */
    @Test
    void tooLongFieldListIs431() throws IOException {
        byte[] half = Http2Wire.block("x-long", "x".repeat(8_200));
        byte[] first = request("GET", "/facts", "x-long", "x".repeat(8_200));
        assertRejectedWith431(new FrameFlood().frame(HEADERS, END_STREAM, 3, first).frame(CONTINUATION, END_HEADERS, 3, half));
    }

    @Test
    void tooLongCompressedFieldListIs431() throws IOException {
        ByteArrayOutputStream block = new ByteArrayOutputStream();
        block.writeBytes(request("GET", "/facts"));
        byte[] indexed = Http2Wire.block("x-long", "x".repeat(3_000));
        indexed[0] = 0x40;
        block.writeBytes(indexed);
        for (int i = 0; i < 4000; i++) block.write(0x80 | 62);      // the same field again, in one byte
        assertRejectedWith431(new FrameFlood().frame(HEADERS, END_STREAM | END_HEADERS, 3, block.toByteArray()));
    }

    private static void assertRejectedWith431(FrameFlood request) throws IOException {
        try (Http2Wire http = upgraded()) {
            http.wire().send(request.bytes.toByteArray());
            Http2Frame first = http.first(frame -> frame.stream() == 3 || frame.type() == GOAWAY);
            assertThat(first.is(HEADERS, 3)).as("%s", first).isTrue();
            assertThat(new String(first.payload())).contains("431");
            http.get(5, "/h2cfloods/page/facts");
            assertThat(http.first(frame -> frame.stream() == 5 && frame.ends()).type()).isEqualTo(DATA);
        }
    }

    @Test
    @Covers("RFC9113-5.1.2-01")
    void streamAboveTheLimitIsRejected() throws IOException {
        try (Http2Wire http = upgraded()) {
            http.first(frame -> frame.is(DATA, 1) && frame.ends());
            for (int i = 0; i < STREAMS; i++) http.send(HEADERS, END_HEADERS, 3 + 2 * i, request("POST", "/digest"));
            int over = 3 + 2 * STREAMS;
            http.send(HEADERS, END_STREAM | END_HEADERS, over, request("GET", "/facts"));
            Http2Frame refused = http.first(frame -> frame.stream() != 0 || frame.type() == GOAWAY);
            assertThat(refused.is(RST, over)).as("%s", refused).isTrue();
            assertThat(refused.error()).isEqualTo(REFUSED_STREAM);
            for (int i = 0; i < STREAMS; i++) http.send(DATA, END_STREAM, 3 + 2 * i, "one".getBytes());
            for (int left = STREAMS; left > 0; left--) assertThat(http.first(Http2Frame::ends).type()).isEqualTo(DATA);
            http.get(over + 2, "/h2cfloods/page/facts");
            assertThat(http.first(frame -> frame.stream() == over + 2 && frame.ends()).type()).isEqualTo(DATA);
        }
    }

    /** A client that sends a ping now and then on an otherwise idle connection is not a flood. */
    @Test
    void occasionalPingsAreAnswered() throws IOException {
        try (Http2Wire http = upgraded()) {
            for (int i = 0; i < IDLE_FRAMES / 2; i++) http.send(PING, 0, 0, Http2Wire.number(i, 0));
            Http2Frame last = http.first(frame -> frame.type() == GOAWAY || frame.type() == PING && new String(frame.payload()).equals(new String(Http2Wire.number(IDLE_FRAMES / 2 - 1, 0))));
            assertThat(last.flags()).isEqualTo(ACK);
        }
    }
}
