package io.github.changeover.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.conformance.Covers;
import io.github.changeover.it.container.ContainerUnderTest;
import io.github.changeover.it.container.OnContainer;
import io.github.changeover.it.container.Portable;
import io.github.changeover.testkit.Head;
import io.github.changeover.testkit.Wire;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Checks each limit as the client sees it, above and again below the limit. The address of the tests is a trusted proxy, which names the client. */
@OnContainer
@Portable
class LimitsIT {
    private static ApplicationClient bounded;
    private static ApplicationClient aged;
    private final List<Wire> open = new ArrayList<>();

    @BeforeAll
    static void deploy(ContainerUnderTest container) {
        container.deploy(War.with("bounded").app("operated").set("changeover.connections.max", "5").set("changeover.connections.per-address.max", "2")
                .set("changeover.protocol.scarce/1.connections.max", "1").set("changeover.path./narrow.connections.max", "1")
                .set("changeover.trusted-proxies", "127.0.0.1, ::1").set("changeover.explain", "true").build(), "/bounded");
        container.deploy(War.with("aged").app("operated").set("changeover.lifetime", "1s").set("changeover.drain", "500ms").set("changeover.linger", "100ms")
                .set("changeover.early-data.max", "10").build(), "/aged");
        bounded = ApplicationClient.of(container, "/bounded");
        aged = ApplicationClient.of(container, "/aged");
    }

    @AfterAll
    static void undeploy(ContainerUnderTest container) {
        container.undeploy("/bounded");
        container.undeploy("/aged");
    }

    @AfterEach
    void close() throws IOException {
        for (Wire wire : open) wire.close();
        // Every reservation must be released before the next test counts.
        long end = System.nanoTime() + Duration.ofSeconds(10).toNanos();
        while (!bounded.page("/page?connections").equals("0") && System.nanoTime() < end) LockSupport.parkNanos(10_000_000);
    }

    private Wire switched(String path, String token, String client) throws IOException {
        Wire wire = bounded.offer(path, token, "X-Forwarded-For: " + client);
        open.add(wire);
        assertThat(wire.readHead().status()).isEqualTo(101);
        return wire;
    }

    /** A reservation is released when the server has detected the end of the connection. The client cannot see this, so it repeats the request. */
    private static Wire awaitSwitched(String path, String token, String client) throws IOException {
        long end = System.nanoTime() + Duration.ofSeconds(10).toNanos();
        while (true) {
            Wire wire = bounded.offer(path, token, "X-Forwarded-For: " + client);
            int status = wire.readHead().status();
            if (status == 101) return wire;
            wire.close();
            if (System.nanoTime() > end) throw new AssertionError("still " + status);
        }
    }

    private static void assertRejected(Wire wire, int status, String setting) throws IOException {
        Head head = wire.readHead();
        assertThat(head.status()).isEqualTo(status);
        assertThat(head.only("Retry-After")).isEqualTo("5");
        assertThat(head.has("Upgrade")).isFalse();
        assertThat(wire.readBodyText(head)).contains("(" + setting + ")");
        wire.close();
    }

    private static Wire offer(String path, String token, String client) throws IOException {
        return bounded.offer(path, token, "X-Forwarded-For: " + client);
    }

    @Test
    @Covers("GEN-06")
    void connectionAboveTheLimitIsRejectedUntilOneCloses() throws IOException {
        for (int i = 1; i <= 5; i++) switched("/guest", "guest/1", "192.0.2." + i);
        assertRejected(offer("/guest", "guest/1", "192.0.2.6"), 503, "changeover.connections.max");
        assertThat(bounded.page("/page")).isEqualTo("ordinary\n");
        for (Wire wire : open) assertThat(wire.send("still").readText(5)).isEqualTo("still");
        open.get(0).close();
        awaitSwitched("/guest", "guest/1", "192.0.2.6").close();
    }

    @Test
    @Covers("GEN-06")
    void connectionsPerAddressAreLimited() throws IOException {
        switched("/guest", "guest/1", "192.0.2.1");
        switched("/guest", "guest/1", "192.0.2.1");
        assertRejected(offer("/guest", "guest/1", "192.0.2.1"), 429, "changeover.connections.per-address.max");
        switched("/guest", "guest/1", "192.0.2.2");
        switched("/guest", "guest/1", "2001:db8:0:1::1");
        switched("/guest", "guest/1", "[2001:db8:0:1::2]:4711");
        open.get(0).close();
        awaitSwitched("/guest", "guest/1", "192.0.2.1").close();
    }

    @ParameterizedTest
    @CsvSource({"/scarce,scarce/1,changeover.protocol.scarce/1.connections.max", "/narrow,guest/1,changeover.path./narrow.connections.max"})
    void protocolsAndPathsHaveTheirOwnLimits(String path, String token, String setting) throws IOException {
        Wire only = switched(path, token, "192.0.2.1");
        assertRejected(offer(path, token, "192.0.2.2"), 503, setting);
        switched("/guest", "guest/1", "192.0.2.2");
        only.close();
        awaitSwitched(path, token, "192.0.2.2").close();
    }

    @Test
    void forwardedAddressCountsFromTrustedProxiesOnly(ContainerUnderTest container) throws IOException {
        for (int i = 0; i < 3; i++) {
            Wire stranger = Wire.connectFrom("127.0.0.2", container.http());
            open.add(stranger);
            stranger.send(RawHttp.upgrade("/bounded/guest", "guest/1", "X-Forwarded-For: 198.51.100." + i, "Forwarded: for=198.51.100." + i));
            if (i < 2) assertThat(stranger.readHead().status()).isEqualTo(101);
            else assertRejected(stranger, 429, "changeover.connections.per-address.max");
        }
        switched("/guest", "guest/1", "198.51.100.1");
    }

    @Test
    void failureAfterTheDecisionReleasesItsReservation() throws IOException {
        for (int i = 0; i < 12; i++) {
            try (Wire wire = offer("/broken", "guest/1", "192.0.2.1")) {
                assertThat(wire.readHead().status()).isEqualTo(500);
            }
        }
        switched("/guest", "guest/1", "192.0.2.1");
        switched("/guest", "guest/1", "192.0.2.1");
    }

    @Test
    void ignoredOfferIsExplainedInTheResponse() throws IOException {
        try (Wire wire = bounded.offer("/guest", "nope/7, <b>")) {
            Head head = wire.readHead();
            assertThat(head.status()).isEqualTo(200);
            assertThat(head.only("Changeover-Explanation")).isEqualTo("ignored GET /guest, none of the offered protocols is supported on this path: offered [nope/7], malformed [<b>], rule /guest");
            assertThat(wire.readBodyText(head)).isEqualTo("ordinary\n");
        }
        try (Wire wire = aged.offer("/guest", "nope/7")) {
            assertThat(wire.readHead().has("Changeover-Explanation")).isFalse();
        }
    }

    @Test
    void lifetimeEndsABusyConnection() throws IOException {
        try (Wire polite = aged.offer("/guest", "guest/1"); Wire stays = aged.offer("/stays", "guest/1")) {
            for (Wire wire : List.of(polite, stays)) {
                assertThat(wire.readHead().status()).isEqualTo(101);
                assertThat(wire.send("busy").readText(4)).isEqualTo("busy");
            }
            Wire.Rest rest = polite.readToEnd();
            assertThat(rest.text()).isEqualTo("goodbye\n");
            assertThat(rest.end()).isEqualTo(Wire.End.FIN);
            assertThat(stays.isClosedByPeer(Duration.ofSeconds(5))).isTrue();
        }
    }

    @Test
    void earlyBytesAreAcceptedUpToTheLimit() throws IOException {
        try (Wire wire = Wire.connect(aged.server()).send(RawHttp.upgrade("/aged/guest", "guest/1") + "0123456789")) {
            assertThat(wire.readHead().status()).isEqualTo(101);
            assertThat(wire.readText(10)).isEqualTo("0123456789");
        }
        try (Wire wire = Wire.connect(aged.server()).send(RawHttp.upgrade("/aged/guest", "guest/1") + "0123456789A")) {
            Wire.Rest rest = wire.readToEnd();
            assertThat(rest.end()).isNotEqualTo(Wire.End.TIMEOUT);
            assertThat(rest.text()).doesNotContain("0123456789");
        }
    }
}
