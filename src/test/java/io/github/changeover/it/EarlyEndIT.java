package io.github.changeover.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.conformance.Covers;
import io.github.changeover.it.container.ContainerUnderTest;
import io.github.changeover.it.container.LongRunning;
import io.github.changeover.it.container.OnContainer;
import io.github.changeover.it.container.Portable;
import io.github.changeover.it.container.TomcatOnly;
import io.github.changeover.testkit.Head;
import io.github.changeover.testkit.Wire;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Checks what the server ends or rejects by itself: idle connections, early bytes, ignored back-pressure, invalid content, handlers that cannot be created. */
@OnContainer
@Portable
class EarlyEndIT {
    private static ProbeClient probe;
    private static ProbeClient secure;

    @BeforeAll
    static void deploy(ContainerUnderTest container) {
        container.deploy(War.with("early-end").app("probe").set("changeover.idle", "400ms").set("changeover.linger", "100ms").set("changeover.queue.max", "64K")
                .set("changeover.content.max", "1000").build(), "/early-end");
        probe = new ProbeClient(container, "/early-end");
        secure = ProbeClient.secure(container, "/early-end");
    }

    @AfterAll
    static void undeploy(ContainerUnderTest container) {
        container.undeploy("/early-end");
    }

    @Test
    @Covers("RFC9112-9.5-01")
    void idleConnectionIsClosedAfterItsIdleTime() throws IOException {
        try (Wire wire = probe.offer("/echo", "idle")) {
            wire.readHead();
            assertThat(wire.timeout(Duration.ofSeconds(4)).readToEnd().end()).isEqualTo(Wire.End.FIN);
        }
        assertThat(probe.events("idle", "closed")).containsExactly("opened", "closed IDLE");
    }

    @Test
    @Covers("RFC9931-05")
    void forbiddenEarlyBytesCloseTheConnection() throws IOException {
        try (Wire wire = probe.offer("/no-early", "early", "too soon".getBytes())) {
            assertThat(wire.readHead().status()).isEqualTo(101);
            assertThat(wire.readToEnd().text()).isEmpty();
        }
        assertThat(probe.events("early", "closed")).containsExactly("closed EARLY_DATA");
        try (Wire wire = probe.offer("/no-early", "patient")) {
            assertThat(wire.readHead().status()).isEqualTo(101);
            assertThat(wire.readText(6)).isEqualTo("hello\n");
        }
    }

    /** Only on Tomcat: on Payara these bytes are still in the socket, where they cannot be seen, and count as bytes of the new protocol. */
    @Test
    @TomcatOnly
    @Covers("RFC9931-05")
    void forbiddenEarlyBytesInALaterSegmentCloseTheConnection() throws IOException {
        try (Wire wire = probe.offer("/no-early?held=yes", "own-segment")) {
            assertThat(probe.events("own-segment", "held")).containsExactly("held");
            wire.send("too soon");
            probe.signal("own-segment", "go");
            assertThat(wire.readHead().status()).isEqualTo(101);
            assertThat(wire.readToEnd().text()).isEmpty();
        }
        assertThat(probe.events("own-segment", "closed")).endsWith("closed EARLY_DATA");
    }

    /**
     * The client sends as early as possible: directly after the first bytes of the 101. Such a client may be rejected where the buffers of the
     * container cannot be inspected.
     */
    @Test
    @TomcatOnly
    @LongRunning
    @Covers("RFC9931-05")
    void bytesSentAfterThe101AreNotEarlyBytes() throws IOException {
        for (ProbeClient each : List.of(probe, secure)) {
            for (int i = 0; i < 300; i++) {
                try (Wire wire = each.offer("/no-early", "quick")) {
                    StringBuilder head = new StringBuilder(wire.readText(1));
                    wire.send("x");
                    while (head.indexOf("\r\n\r\n") < 0) head.append(wire.readText(1));
                    assertThat(head).startsWith("HTTP/1.1 101");
                    assertThat(wire.readText(7)).as("round " + i).isEqualTo("hello\nx");
                }
            }
        }
    }

    @Test
    @Covers("GEN-08")
    void handlerThatIgnoresBackpressureIsClosed() throws IOException {
        try (Wire wire = probe.offer("/ignore-writable", "flood")) {
            wire.readHead();
            wire.send("x");
            assertThat(probe.events("flood", "closed")).last().isEqualTo("closed OVERFLOW");
            assertThat(probe.events("flood", "told")).anyMatch(event -> event.contains("wait for writable()"));
            assertThat(wire.readToEnd().end()).isNotEqualTo(Wire.End.TIMEOUT);
        }
    }

    @Test
    @Covers({"RFC9110-7.8-17", "RFC9110-15.2-02"})
    void byteAfterTheContentIsOfTheNewProtocol() throws IOException {
        String request = "POST /early-end/content?key=content HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: probe\r\nContent-Length: 5\r\n\r\nhelloworld";
        for (int at = request.length() - 12; at < request.length(); at++) {
            try (Wire wire = probe.connect()) {
                wire.send(request.substring(0, at)).send(request.substring(at));
                assertThat(wire.readHead().status()).isEqualTo(101);
                assertThat(wire.readText(13)).isEqualTo("5:hello\nworld");
            }
        }
    }

    @Test
    @Covers("RFC9112-7.1-01")
    void chunkedContentIsDecodedCompletely() throws IOException {
        String request = "POST /early-end/content?key=chunked HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: probe\r\nTransfer-Encoding: chunked\r\n\r\n"
                + "2\r\nhe\r\n3\r\nllo\r\n0\r\nX-Trailer: t\r\n\r\nworld";
        for (int at = request.length() - 44; at < request.length(); at++) {
            try (Wire wire = probe.connect()) {
                wire.send(request.substring(0, at)).send(request.substring(at));
                assertThat(wire.readHead().status()).isEqualTo(101);
                assertThat(wire.readText(13)).isEqualTo("5:hello\nworld");
            }
        }
    }

    @Test
    @Covers("RFC9112-8-01")
    void truncatedContentIsNotSwitched() throws IOException {
        try (Wire wire = probe.connect()) {
            wire.send("POST /early-end/content?key=half HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: probe\r\nContent-Length: 50\r\n\r\nhalf").shutdownOutput();
            assertThat(wire.readToEnd().text()).doesNotContain(" 101 ");
        }
    }

    @Test
    void tooMuchContentIsRejectedNamingTheSetting() throws IOException {
        try (Wire wire = probe.connect()) {
            wire.send("POST /early-end/content?key=much HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: probe\r\nContent-Length: 1001\r\n\r\n");
            Head head = wire.readHead();
            assertThat(head.status()).isEqualTo(413);
            assertThat(wire.readBodyText(head)).contains("changeover.content.max");
        }
    }

    @Test
    @Covers("RFC9110-5.5-01")
    void lineBreakInThePathCannotSplitALogLine(ContainerUnderTest container) throws IOException {
        try (Wire wire = probe.offer("/throw/opened%0d%0aFORGED", "forged")) {
            if (wire.readHead().status() == 101) wire.shutdownOutput().readToEnd();
        }
        try (Wire wire = probe.offer("/throw/received%20opened", "after")) {
            wire.readHead();
        }
        assertThat(container.log().lines()).noneMatch(line -> line.startsWith("FORGED"));
    }

    @Test
    @Covers("GEN-05")
    void handlerThatCannotBeCreatedIs500() throws IOException {
        try (Wire wire = probe.offer("/no-handler", "none")) {
            assertThat(wire.readHead().status()).isEqualTo(500);
        }
    }
}
