package io.github.changeover.it;

import static io.github.changeover.it.Http2Wire.DATA;
import static io.github.changeover.it.Http2Wire.END_HEADERS;
import static io.github.changeover.it.Http2Wire.END_STREAM;
import static io.github.changeover.it.Http2Wire.GOAWAY;
import static io.github.changeover.it.Http2Wire.HEADERS;
import static io.github.changeover.it.Http2Wire.PROTOCOL_ERROR;
import static io.github.changeover.it.Http2Wire.RST;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.conformance.Covers;
import io.github.changeover.it.Http2Wire.Http2Frame;
import io.github.changeover.it.container.ContainerUnderTest;
import io.github.changeover.it.container.LongRunning;
import io.github.changeover.it.container.OnContainer;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Checks what is not offered: {@code h2c} without a setting for the path, and methods that are not supported over HTTP/2. */
@OnContainer
@LongRunning
class H2cNotOfferedIT {
    private static ContainerUnderTest server;

    @BeforeAll
    static void deploy(ContainerUnderTest container) {
        container.deploy(H2cIT.war("h2c-not-offered").build(), "/h2cnot");
        server = container.withoutHttp2();
    }

    @AfterAll
    static void undeploy(ContainerUnderTest container) {
        container.undeploy("/h2cnot");
    }

    private static String offer(String path) {
        return RawHttp.get(path, "Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABk");
    }

    /** The token is deprecated. No path supports it unless a setting names it. */
    @Test
    @Covers("RFC9113-3.1-01")
    void withoutASettingH2cStaysHttp(ContainerUnderTest container) throws IOException {
        container.deploy(War.with("h2c-off").app("inner").protocolLibraries().build(), "/h2coff");
        try {
            RawHttp.RawResponse answer = RawHttp.exchange(server, offer("/h2coff/page/facts"));
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.head().has("Upgrade")).isFalse();
            assertThat(answer.body()).contains("protocol=HTTP/1.1");
        } finally {
            container.undeploy("/h2coff");
        }
    }

    @Test
    @Covers("RFC9113-3.1-01")
    void onAnotherPathH2cStaysHttp() throws IOException {
        assertThat(RawHttp.exchange(server, offer("/h2cnot/other")).status()).isEqualTo(404);
    }

    /** A pseudo-header field that was not offered is malformed. {@link H2cIT} checks that SETTINGS do not offer it. */
    @Test
    @Covers("RFC8441-4-01")
    void extendedConnectIsMalformed() throws IOException {
        try (Http2Wire http = Http2Wire.upgrade(server, "/h2cnot/page/facts", 3, 100).preface()) {
            byte[] connect = Http2Wire.block(":method", "CONNECT", ":protocol", "websocket", ":scheme", "http", ":path", "/h2cnot/page/facts", ":authority", "localhost");
            Http2Frame end = http.send(HEADERS, END_HEADERS, 3, connect).first(frame -> frame.stream() == 3 && frame.ends() || frame.type() == GOAWAY);
            assertThat(end.is(RST, 3)).as("%s", end).isTrue();
            assertThat(end.error()).isEqualTo(PROTOCOL_ERROR);
            assertStillServed(http);
        }
    }

    @Test
    void connectIsRejected() throws IOException {
        try (Http2Wire http = Http2Wire.upgrade(server, "/h2cnot/page/facts", 3, 100).preface()) {
            http.send(HEADERS, END_HEADERS, 3, Http2Wire.block(":method", "CONNECT", ":authority", "localhost:22"));
            List<Http2Frame> answer = http.readUntil(frame -> frame.stream() == 3 && frame.ends() || frame.type() == GOAWAY);
            assertThat(answer).filteredOn(frame -> frame.is(HEADERS, 3)).singleElement().satisfies(head -> assertThat(new String(head.payload())).contains("405"));
            assertThat(Http2Wire.text(answer, 3)).isEqualTo("The method CONNECT is not supported inside a switched connection.\n");
            assertStillServed(http);
        }
    }

    private static void assertStillServed(Http2Wire http) throws IOException {
        http.send(HEADERS, END_STREAM | END_HEADERS, 5, Http2Wire.request("GET", "/h2cnot/page/facts"));
        assertThat(http.first(frame -> frame.stream() == 5 && frame.ends()).type()).isEqualTo(DATA);
    }
}
