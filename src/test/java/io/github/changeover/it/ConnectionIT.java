package io.github.changeover.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.conformance.Covers;
import io.github.changeover.it.container.ContainerUnderTest;
import io.github.changeover.it.container.OnContainer;
import io.github.changeover.it.container.Portable;
import io.github.changeover.testkit.Wire;
import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Checks a switched connection from both sides: early bytes, the order of sends, ends, resets, and exceptions of the handler. */
@OnContainer
@Portable
class ConnectionIT {
    private static ProbeClient probe;

    @BeforeAll
    static void deploy(ContainerUnderTest container) {
        container.deploy(War.with("probe").app("probe").set("changeover.stall", "1s").set("changeover.linger", "1s").set("changeover.closing", "1s").build(), "/probe");
        probe = new ProbeClient(container, "/probe");
    }

    @AfterAll
    static void undeploy(ContainerUnderTest container) {
        container.undeploy("/probe");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/echo", "/blocking"})
    @Covers({"RFC9110-7.8-20", "GEN-09"})
    void earlyBytesAreTheFirstOfTheNewProtocol(String path) throws IOException {
        byte[] early = ProbeClient.pattern(300_000);
        try (Wire wire = probe.offer(path, "early" + path, early)) {
            assertThat(wire.readHead().status()).isEqualTo(101);
            ProbeClient.assertSame(wire.readExactly(early.length), early);
        }
    }

    @Test
    @Covers({"GEN-02", "MDN-14"})
    void serverMaySendFirst() throws IOException {
        try (Wire wire = probe.offer("/first", "first")) {
            assertThat(wire.readHead().status()).isEqualTo(101);
            assertThat(wire.readText(6)).isEqualTo("hello\n");
        }
    }

    @Test
    @Covers("GEN-02")
    void response101IsSentBeforeTheHandlerSends() throws IOException {
        try (Wire wire = probe.offer("/commands", "silent")) {
            assertThat(wire.readHead().status()).isEqualTo(101);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/echo", "/blocking"})
    @Covers({"RFC9112-9.6-01", "RFC9112-9.6-02"})
    void bytesAreEchoedAfterTheClientsEnd(String path) throws IOException {
        byte[] bytes = ProbeClient.pattern(1_000_000);
        try (Wire wire = probe.offer(path, "tail" + path)) {
            wire.readHead();
            Thread writer = new Thread(() -> {
                try {
                    wire.send(bytes).shutdownOutput();
                } catch (IOException failure) {
                    throw new java.io.UncheckedIOException(failure);
                }
            });
            writer.start();
            Wire.Rest rest = wire.readToEnd();
            assertThat(rest.end()).isEqualTo(Wire.End.FIN);
            ProbeClient.assertSame(rest.bytes(), bytes);
        }
    }

    @Test
    @Covers({"GEN-08", "RFC9112-9.6-01"})
    void eightMegabytesReachASlowClient() throws IOException {
        try (Wire wire = probe.offer("/push?bytes=8000000", "push")) {
            wire.readHead();
            Wire.Rest rest = wire.readToEnd();
            assertThat(rest.end()).isEqualTo(Wire.End.FIN);
            ProbeClient.assertSame(rest.bytes(), ProbeClient.pattern(8_000_000));
        }
        assertThat(probe.events("push", "closed")).containsExactly("opened", "closed HANDLER");
    }

    @Test
    @Covers("GEN-06")
    void resetIsReportedOnce() throws IOException {
        Wire wire = probe.offer("/echo", "reset");
        wire.readHead();
        probe.events("reset", "opened");
        wire.reset();
        assertThat(probe.events("reset", "closed")).last().asString().startsWith("closed ");
        assertThat(probe.events("reset", "closed")).filteredOn(event -> event.startsWith("closed")).hasSize(1);
    }

    /** The reset arrives while the server writes. */
    @Test
    @Covers("GEN-06")
    void resetDuringAWriteIsReportedOnce() throws IOException {
        for (int i = 0; i < 20; i++) {
            String key = "busy-reset-" + i;
            Wire wire = probe.offer("/echo", key);
            wire.readHead();
            wire.send(ProbeClient.pattern(5000));
            wire.reset();
            assertThat(probe.events(key, "closed")).filteredOn(event -> event.startsWith("closed")).hasSize(1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"opened", "received", "writable", "ended", "closed"})
    @Covers("GEN-05")
    void handlerExceptionEndsTheConnectionSilently(String where) throws IOException {
        try (Wire wire = probe.offer("/throw/" + where, "throw-" + where)) {
            assertThat(wire.readHead().status()).isEqualTo(101);
            if (!where.equals("opened")) wire.send("x");        // after "opened", the reset may already have arrived
            if (where.equals("writable")) probe.events("throw-writable", "sent");       // so many bytes that some wait until the client reads, below
            if (where.equals("ended") || where.equals("closed")) wire.readExactly(4 << 20);
            if (where.equals("ended") || where.equals("closed")) wire.shutdownOutput();
            Wire.Rest rest = wire.readToEnd();
            assertThat(rest.end()).isNotEqualTo(Wire.End.TIMEOUT);
            assertThat(rest.text()).doesNotContain("HTTP/");
        }
        assertThat(probe.events("throw-" + where, "closed")).filteredOn(event -> event.startsWith("closed "))
                .containsExactly(where.equals("closed") ? "closed PEER" : "closed HANDLER_FAILED");
    }
}
