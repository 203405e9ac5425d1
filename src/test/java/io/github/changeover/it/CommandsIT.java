package io.github.changeover.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.conformance.Covers;
import io.github.changeover.it.container.ContainerUnderTest;
import io.github.changeover.it.container.NotOnTomcatServletEdge;
import io.github.changeover.it.container.OnContainer;
import io.github.changeover.it.container.Portable;
import io.github.changeover.testkit.Wire;
import java.io.IOException;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Checks calls of a connection from a thread that is not its event thread, over cleartext and TLS: send, close, abort, pause and resume. */
@OnContainer
@Portable
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CommandsIT {
    private ProbeClient clear;
    private ProbeClient secure;
    private int count;
    private boolean endLosesBytes, endsAtCloseNotify;

    @BeforeAll
    void deploy(ContainerUnderTest container) {
        endLosesBytes = ContainerDifferences.losesBytesAtCloseNotify(container);
        endsAtCloseNotify = ContainerDifferences.endsOutputAtCloseNotify(container);
        container.deploy(War.with("commands").app("probe").set("changeover.stall", "1s").set("changeover.linger", "1s").set("changeover.closing", "2s").build(), "/commands");
        clear = new ProbeClient(container, "/commands");
        secure = ProbeClient.secure(container, "/commands");
    }

    @AfterAll
    void undeploy(ContainerUnderTest container) {
        container.undeploy("/commands");
    }

    Stream<Arguments> both() {
        return Stream.of(Arguments.of(Named.of("in clear", clear)), Arguments.of(Named.of("over TLS", secure)));
    }

    private String key() {
        return "command" + count++;
    }

    private static Wire switched(ProbeClient probe, String path, String key) throws IOException {
        Wire wire = probe.offer(path, key);
        assertThat(wire.readHead().status()).isEqualTo(101);
        probe.events(key, "opened");
        return wire;
    }

    @ParameterizedTest
    @MethodSource("both")
    @Covers({"MDN-12", "RFC9110-7.8-20", "RFC9112-9.6-02"})
    void earlyBytesAndBytesBeforeTheClientsEndAreComplete(ProbeClient probe) throws IOException {
        byte[] early = ProbeClient.pattern(300_000);
        byte[] tail = ProbeClient.pattern(100_000);
        try (Wire wire = probe.offer("/echo", key(), early)) {
            assertThat(wire.readHead().status()).isEqualTo(101);
            ProbeClient.assertSame(wire.readExactly(early.length), early);
            wire.send(tail);
            byte[] beforeTheEnd = probe == secure && endLosesBytes ? wire.readExactly(tail.length) : new byte[0];
            Wire.Rest rest = wire.shutdownOutput().readToEnd();
            ProbeClient.assertSame(beforeTheEnd.length > 0 ? beforeTheEnd : rest.bytes(), tail);
            assertThat(rest.end()).isEqualTo(Wire.End.FIN);
        }
    }

    @ParameterizedTest
    @MethodSource("both")
    void bytesOfAnotherThreadAreSentAtOnce(ProbeClient probe) throws IOException {
        String key = key();
        try (Wire wire = switched(probe, "/commands", key)) {
            assertThat(probe.control(key, "send&text=abc")).isEqualTo("more true");
            assertThat(wire.readText(3)).isEqualTo("abc");
            probe.control(key, "execute&text=def");
            assertThat(wire.readText(3)).isEqualTo("def");
            probe.control(key, "close");     // over TLS, the client of the JDK waits for the close
        }
    }

    @ParameterizedTest
    @MethodSource("both")
    @Covers({"GEN-06", "RFC9112-9.6-01"})
    void closeFromAnotherThreadReachesThePeerAtOnce(ProbeClient probe) throws IOException {
        String key = key();
        try (Wire wire = switched(probe, "/commands", key)) {
            probe.control(key, "send&text=last");
            probe.control(key, "close");
            Wire.Rest rest = wire.timeout(Duration.ofSeconds(3)).readToEnd();
            assertThat(rest.text()).isEqualTo("last");
            assertThat(rest.end()).isEqualTo(Wire.End.FIN);
        }
        assertThat(probe.events(key, "closed")).containsExactly("opened", "closed HANDLER");
    }

    @ParameterizedTest
    @MethodSource("both")
    void abortClosesTheConnectionDespiteQueuedBytes(ProbeClient probe) throws IOException {
        String key = key();
        try (Wire wire = switched(probe, "/commands", key)) {
            probe.control(key, "fill");
            probe.control(key, "abort");
            assertThat(probe.events(key, "closed")).containsExactly("opened", "closed EVICTED");
            assertThat(wire.isClosedByPeer(Duration.ofSeconds(3))).isTrue();
        }
    }

    @ParameterizedTest
    @MethodSource("both")
    @Covers("GEN-08")
    void pausedHandlerReceivesNothingAndLosesNothing(ProbeClient probe) throws IOException {
        assertPausedHandler(probe, false);
    }

    @Test
    void endAfterUnreadBytesIsReportedAfterResume() throws IOException {
        assertPausedHandler(clear, true);
    }

    /** Not on the servlet edge of Tomcat: there, Tomcat closes the connection at close_notify of the client, and the response of the handler is lost. */
    @Test
    @NotOnTomcatServletEdge
    void endAfterUnreadBytesIsReportedAfterResumeOverTls() throws IOException {
        assertPausedHandler(secure, true);
    }

    private void assertPausedHandler(ProbeClient probe, boolean ends) throws IOException {
        String key = key();
        byte[] bytes = ProbeClient.pattern(3_000_000);
        try (Wire wire = switched(probe, "/pause", key)) {
            Thread writer = new Thread(() -> {
                try {
                    wire.send(bytes);
                    if (ends) wire.shutdownOutput();
                } catch (IOException failure) {
                    throw new java.io.UncheckedIOException(failure);
                }
            });
            writer.start();
            assertThat(probe.events(key, "taken")).filteredOn(event -> event.startsWith("taken")).hasSize(1);
            probe.control(key, "resume");
            assertThat(probe.events(key, "taken%203000000")).contains("taken 3000000");
            if (ends) assertThat(wire.readToEnd().text()).isEqualTo(probe == secure && endsAtCloseNotify ? "" : "3000000");
        }
    }

    /** The container may already have read these bytes into its own buffer. Then no event of the socket reports them. */
    @ParameterizedTest
    @MethodSource("both")
    @Covers("GEN-08")
    void bytesReceivedDuringThePauseAreDeliveredAfterResume(ProbeClient probe) throws IOException, InterruptedException {
        String key = key();
        try (Wire wire = switched(probe, "/pause", key)) {
            wire.send("a");
            assertThat(probe.events(key, "taken+1")).endsWith("paused", "taken 1");
            wire.send("bcd");
            Thread.sleep(200);      // no event shows that the container has received them
            probe.control(key, "resume");
            assertThat(probe.events(key, "taken+4")).endsWith("taken 4");
        }
    }

    @ParameterizedTest
    @MethodSource("both")
    @Covers("GEN-08")
    void peerThatReadsNothingIsAbortedInTime(ProbeClient probe) throws IOException {
        String key = key();
        try (Wire wire = switched(probe, "/commands", key)) {
            probe.control(key, "fill");
            assertThat(probe.events(key, "closed")).containsExactly("opened", "closed STALLED");
            // The socket is closed: the next bytes of the peer get a reset, or its read ends before all bytes have arrived.
            assertThat(wire.isClosedByPeer(Duration.ofSeconds(3))).isTrue();
        }
    }

    @ParameterizedTest
    @MethodSource("both")
    void stalledPeerDoesNotDelayOthers(ProbeClient probe) throws IOException {
        String key = key();
        try (Wire stalled = switched(probe, "/commands", key); Wire other = switched(probe, "/echo", key())) {
            probe.control(key, "fill");
            other.timeout(Duration.ofMillis(900)).send("quick");
            assertThat(other.readText(5)).isEqualTo("quick");
        }
    }
}
