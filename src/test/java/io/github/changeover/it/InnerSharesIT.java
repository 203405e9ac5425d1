package io.github.changeover.it;

import static io.github.changeover.it.Http2Wire.DATA;
import static io.github.changeover.it.Http2Wire.END_HEADERS;
import static io.github.changeover.it.Http2Wire.GOAWAY;
import static io.github.changeover.it.Http2Wire.HEADERS;
import static io.github.changeover.it.Http2Wire.RST;
import static io.github.changeover.it.Http2Wire.WINDOW_UPDATE;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.it.Http2Wire.Http2Frame;
import io.github.changeover.it.container.ContainerUnderTest;
import io.github.changeover.it.container.EmbeddedOnly;
import io.github.changeover.it.container.OnContainer;
import io.github.changeover.it.container.OnceOnTomcat;
import io.github.changeover.it.container.TestKeyStore;
import io.github.changeover.testkit.Wire;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Checks that a slow client affects only itself: each connection has a share of the inner requests, and there is a minimum rate for sending content
 * and for reading responses.
 */
@OnContainer
@EmbeddedOnly
@Tag("full")
@OnceOnTomcat
class InnerSharesIT {
    private static final int STREAMS = 100, INITIAL_WINDOW = 4, CANCEL = 8;
    private static ContainerUnderTest server;

    private static War war(String name) {
        return H2cIT.war(name).set("changeover.path./page/nothing.protocols", "TLS/1.2, h2c").set("changeover.tls.key-store", TestKeyStore.get().toString())
                .set("changeover.tls.key-store-password", TestKeyStore.PASSWORD);
    }

    @BeforeAll
    static void deploy(ContainerUnderTest container) {
        container.deploy(war("patient").build(), "/patient");
        container.deploy(war("hasty").set("changeover.stall", "700ms").build(), "/hasty");
        server = container.withoutHttp2();
    }

    @AfterAll
    static void undeploy(ContainerUnderTest container) {
        container.undeploy("/patient");
        container.undeploy("/hasty");
    }

    private static Http2Wire upgraded(String context, int... settings) throws IOException {
        return Http2Wire.upgrade(server, context + "/page/nothing", settings.length == 0 ? new int[] {3, 100} : settings).preface(settings);
    }

    @Test
    @DisplayName("S7: a hundred slow uploads on one connection leave slots for others")
    void slowUploadsDoNotStarveOthers() throws IOException {
        try (Http2Wire slow = upgraded("/patient"); Http2Wire other = upgraded("/patient"); Wire secure = upgradedToTls("/patient")) {
            for (int i = 0; i < STREAMS; i++) {
                slow.send(HEADERS, END_HEADERS, 3 + 2 * i, Http2Wire.request("POST", "/patient/page/digest")).send(DATA, 0, 3 + 2 * i, new byte[1]);
            }
            slow.send(Http2Wire.PING, 0, 0, new byte[8]).first(frame -> frame.type() == Http2Wire.PING);       // all of them have arrived
            for (int i = 0; i < 3; i++) {
                int stream = 3 + 2 * i;
                other.get(stream, "/patient/page/facts");
                assertThat(other.first(frame -> frame.stream() == stream && frame.ends()).type()).isEqualTo(DATA);
                assertThat(RawHttp.readResponse(secure.send(RawHttp.get("/patient/page/facts"))).status()).isEqualTo(200);
            }
        }
        // The client has disconnected, so its requests no longer count.
        try (Http2Wire http = upgraded("/patient")) {
            for (int i = 0; i < 10; i++) http.get(3 + 2 * i, "/patient/page/facts");
            for (int left = 10; left > 0; left--) assertThat(http.first(frame -> frame.stream() > 1 && frame.ends()).type()).isEqualTo(DATA);
        }
    }

    private static Wire upgradedToTls(String context) throws IOException {
        Wire clear = Wire.connect(server.http()).send(RawHttp.upgrade(context + "/page/nothing", "TLS/1.2"));
        assertThat(clear.readHead().status()).isEqualTo(101);
        Wire wire = clear.startTls();
        assertThat(wire.readHead().status()).isEqualTo(204);
        return wire;
    }

    @Test
    @DisplayName("S7: content that arrives too slowly ends its stream with 408, and no other stream")
    void slowContentEndsOnlyItsStream() throws Exception {
        try (Http2Wire http = upgraded("/hasty")) {
            http.send(HEADERS, END_HEADERS, 3, Http2Wire.request("POST", "/hasty/page/digest"));
            List<Http2Frame> seen = new ArrayList<>();
            for (int i = 0; i < 100 && seen.stream().noneMatch(frame -> frame.is(RST, 3) || frame.type() == GOAWAY); i++) {
                http.send(DATA, 0, 3, new byte[1]).send(Http2Wire.PING, 0, 0, new byte[8]);
                seen.addAll(http.readUntil(frame -> frame.type() == Http2Wire.PING));
                Thread.sleep(50);
            }
            seen.removeIf(frame -> frame.stream() != 3);
            assertThat(seen.get(0).is(HEADERS, 3)).isTrue();
            assertThat(new String(seen.get(0).payload(), ISO_8859_1)).contains("408");
            assertThat(Http2Wire.text(seen, 3)).contains("changeover.stall.min");
            assertThat(seen.stream().filter(frame -> frame.type() == RST).findFirst().orElseThrow().error()).as("NO_ERROR: the answer is complete").isZero();
            http.get(5, "/hasty/page/facts");
            assertThat(http.first(frame -> frame.stream() == 5 && frame.ends()).type()).isEqualTo(DATA);
        }
    }

    @Test
    @DisplayName("S7: content that arrives steadily is accepted, however long it takes, and so is a slow response of the application")
    void steadyContentAndSlowApplicationAreAwaited() throws Exception {
        try (Http2Wire http = upgraded("/hasty")) {
            http.send(HEADERS, END_HEADERS, 3, Http2Wire.request("POST", "/hasty/page/digest"));
            for (int i = 0; i < 14; i++) {
                http.send(DATA, 0, 3, new byte[4500]);      // all together less than the window
                Thread.sleep(150);
            }
            http.send(DATA, Http2Wire.END_STREAM, 3, new byte[1]);
            List<Http2Frame> answer = http.readUntil(frame -> frame.stream() == 3 && frame.ends());
            assertThat(Http2Wire.text(answer, 3)).startsWith("63001 ");
        }
    }

    @Test
    @DisplayName("S7: inside TLS, content that arrives too slowly is answered 408 and closes the connection")
    void slowContentInsideTlsIs408() throws Exception {
        try (Wire wire = upgradedToTls("/hasty").send(RawHttp.request("POST", "/hasty/page/digest", "Content-Length: 1000"))) {
            Thread sender = new Thread(() -> {
                try {
                    for (int i = 0; i < 100; i++) {
                        wire.send("x");
                        Thread.sleep(50);
                    }
                } catch (IOException | InterruptedException closed) {
                    // expected
                }
            });
            sender.start();
            RawHttp.RawResponse answer = RawHttp.readResponse(wire);
            assertThat(answer.status()).isEqualTo(408);
            assertThat(answer.body()).contains("changeover.stall.min");
            assertThat(answer.head().only("Connection")).isEqualTo("close");
            sender.interrupt();
            sender.join(10_000);
        }
    }

    @Test
    @DisplayName("S7: a response that the client does not read ends its stream, and the application continues without it")
    void unreadResponseEndsItsStream() throws IOException {
        try (Http2Wire http = upgraded("/hasty", INITIAL_WINDOW, 100)) {
            http.get(3, "/hasty/page/big?size=3000000");
            Http2Frame reset = http.first(frame -> frame.type() == RST || frame.type() == GOAWAY);
            assertThat(reset.is(RST, 3)).isTrue();
            assertThat(reset.error()).isEqualTo(CANCEL);
        }
    }

    @Test
    @DisplayName("S7: the first response is also discarded if the client does not read it")
    void unreadFirstResponseIsDiscarded() throws IOException {
        try (Http2Wire http = Http2Wire.upgrade(server, "/hasty/page/big?size=100000", INITIAL_WINDOW, 100).preface(INITIAL_WINDOW, 100)) {
            Http2Frame reset = http.first(frame -> frame.type() == RST || frame.type() == GOAWAY);
            assertThat(reset.is(RST, 1)).isTrue();
            assertThat(reset.error()).isEqualTo(CANCEL);
            http.send(WINDOW_UPDATE, 0, 0, Http2Wire.number(1000));
        }
    }

    @Test
    @DisplayName("S7: a response that is read steadily arrives completely, however long it takes")
    void steadilyReadResponseIsComplete() throws Exception {
        try (Http2Wire http = upgraded("/hasty", INITIAL_WINDOW, 16_384)) {
            http.wire().timeout(Duration.ofSeconds(20));
            http.get(3, "/hasty/page/big?size=150000");
            int count = 0;
            for (Http2Frame frame = http.first(any -> any.stream() == 3 && any.type() == DATA || any.type() == RST); ; frame = http.first(any -> any.stream() == 3 && any.type() == DATA || any.type() == RST)) {
                assertThat(frame.type()).isEqualTo(DATA);
                count += frame.payload().length;
                if (frame.ends()) break;
                Thread.sleep(frame.payload().length / 100);
                if (frame.payload().length > 0) http.send(WINDOW_UPDATE, 0, 3, Http2Wire.number(frame.payload().length)).send(WINDOW_UPDATE, 0, 0, Http2Wire.number(frame.payload().length));
            }
            assertThat(count).isEqualTo(150_000);
        }
    }
}
