package io.github.changeover.it;

import static io.github.changeover.it.Http2Wire.DATA;
import static io.github.changeover.it.Http2Wire.END_HEADERS;
import static io.github.changeover.it.Http2Wire.END_STREAM;
import static io.github.changeover.it.Http2Wire.HEADERS;
import static io.github.changeover.it.Http2Wire.PROTOCOL_ERROR;
import static io.github.changeover.it.Http2Wire.RST;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.conformance.Covers;
import io.github.changeover.it.Http2Wire.Http2Frame;
import io.github.changeover.it.container.ContainerUnderTest;
import io.github.changeover.it.container.OnContainer;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Checks trailers of requests and responses inside the connection (RFC 9113 section 8.1). Tomcat's connector must allow the trailers of a request by name. */
@OnContainer
class H2cTrailersIT {
    private static ContainerUnderTest server;

    @BeforeAll
    static void deploy(ContainerUnderTest container) {
        container.deploy(H2cIT.war("h2c-trailers").build(), "/h2ctrail");
        server = container.withoutHttp2();
    }

    @AfterAll
    static void undeploy(ContainerUnderTest container) {
        container.undeploy("/h2ctrail");
    }

    private static Http2Wire upgraded(String page) throws IOException {
        return Http2Wire.upgrade(server, "/h2ctrail/page/" + page, 3, 100).preface();
    }

    private static void post(Http2Wire http, byte[] trailers, String... fields) throws IOException {
        http.send(HEADERS, END_HEADERS, 3, Http2Wire.request("POST", "/h2ctrail/page/trailers", fields));
        http.send(DATA, 0, 3, "seven77".getBytes());
        http.send(HEADERS, END_STREAM | END_HEADERS, 3, trailers);
    }

    private static void assertEndsWithTrailers(List<Http2Frame> answer, int stream, int length) {
        Http2Frame last = answer.get(answer.size() - 1);
        assertThat(last.is(HEADERS, stream)).as("the last frame %s", last).isTrue();
        assertThat(new String(last.payload())).contains("x-sum").contains("sum-of-" + length);
        assertThat(answer.stream().filter(frame -> frame.is(HEADERS, stream))).hasSize(2);
    }

    @Test
    @Covers("RFC9113-5.1-01")
    void trailersOfRequestAndResponseAreForwarded() throws IOException {
        try (Http2Wire http = upgraded("facts")) {
            post(http, Http2Wire.block("x-check", "checked"));
            List<Http2Frame> answer = http.readUntil(frame -> frame.stream() == 3 && frame.ends());
            assertThat(Http2Wire.text(answer, 3)).isEqualTo("7 {x-check=checked}");
            assertEndsWithTrailers(answer, 3, 7);
        }
    }

    @Test
    void announcedTrailersAreForwardedWithAContentLength() throws IOException {
        try (Http2Wire http = upgraded("facts")) {
            post(http, Http2Wire.block("x-check", "checked"), "content-length", "7", "trailer", "x-check");
            assertThat(Http2Wire.text(http.readUntil(frame -> frame.stream() == 3 && frame.ends()), 3)).isEqualTo("7 {x-check=checked}");
        }
    }

    @Test
    void unannouncedTrailersAreDroppedWithAContentLength() throws IOException {
        try (Http2Wire http = upgraded("facts")) {
            post(http, Http2Wire.block("x-check", "checked"), "content-length", "7");
            assertThat(Http2Wire.text(http.readUntil(frame -> frame.stream() == 3 && frame.ends()), 3)).isEqualTo("7 {}");
        }
    }

    @Test
    void trailersCannotChangeTheFraming() throws IOException {
        try (Http2Wire http = upgraded("facts")) {
            post(http, Http2Wire.block("content-length", "9", "host", "elsewhere", "x-check", "checked"));
            assertThat(Http2Wire.text(http.readUntil(frame -> frame.stream() == 3 && frame.ends()), 3)).isEqualTo("7 {x-check=checked}");
        }
    }

    @Test
    @Covers("RFC9113-8.1.1-01")
    void pseudoFieldInTrailersIsMalformed() throws IOException {
        try (Http2Wire http = upgraded("facts")) {
            post(http, Http2Wire.block(":path", "/elsewhere"));
            Http2Frame end = http.first(frame -> frame.stream() == 3 && frame.ends());
            assertThat(end.type()).isEqualTo(RST);
            assertThat(end.error()).isEqualTo(PROTOCOL_ERROR);
        }
    }

    @Test
    void trailersOfTheFirstResponseAreOnStreamOne() throws IOException {
        try (Http2Wire http = upgraded("trailers")) {
            List<Http2Frame> answer = http.readUntil(frame -> frame.stream() == 1 && frame.ends());
            assertThat(Http2Wire.text(answer, 1)).isEqualTo("0 {}");
            assertEndsWithTrailers(answer, 1, 0);
        }
    }
}
