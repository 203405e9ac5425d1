package io.github.changeover.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.conformance.Covers;
import io.github.changeover.it.container.ContainerUnderTest;
import io.github.changeover.it.container.LongRunning;
import io.github.changeover.it.container.OnContainer;
import io.github.changeover.it.container.OnPayara7;
import io.github.changeover.it.container.OncePerEdge;
import io.github.changeover.testkit.Wire;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Checks endpoints that wait in their callbacks, sessions that close each other, and slow clients. */
@OnContainer
@OnPayara7
@OncePerEdge
@LongRunning
class HostileEndpointsIT {
    private static final String AT = "/hostile-endpoints";
    private static ContainerUnderTest container;
    private static ApplicationClient asking;

    @BeforeAll
    static void deploy(ContainerUnderTest under) {
        container = under;
        container.deploy(War.with("hostile-endpoints").webSocket().app("hostile-endpoints").set("changeover.drain", "1s").set("changeover.queue.max", "16K")
                .set("changeover.stall", "1s").set("changeover.stall.min", "4K").build(), AT);
        asking = ApplicationClient.of(container, AT);
    }

    @AfterAll
    static void undeploy() {
        container.undeploy(AT);
    }

    private static void awaitPage(Callable<String> asked, String answer) throws Exception {
        long end = System.nanoTime() + 10_000_000_000L;
        while (!asked.call().equals(answer)) {
            if (System.nanoTime() > end) throw new AssertionError(asked.call() + " instead of " + answer);
            LockSupport.parkNanos(10_000_000);
        }
    }

    private static Wire open(String path) throws IOException {
        Wire wire = Wire.connect(container.http()).send(Frames.handshake(AT + path));
        assertThat(wire.readHead().status()).isEqualTo(101);
        return wire;
    }

    @ParameterizedTest
    @ValueSource(strings = {"future", "latch"})
    @Covers("GEN-09")
    void endpointMayWaitForItsSendsInEveryCallback(String by) throws Exception {
        try (Wire wire = open("/waiting/" + by)) {
            assertThat(Frames.read(wire)).hasToString("81 opened");
            assertThat(Frames.read(wire)).hasToString("81 sent");
            for (String text : List.of("one", "two")) {
                wire.send(Frames.text(text));
                assertThat(Frames.read(wire)).hasToString("81 " + text);
                assertThat(Frames.read(wire)).hasToString("81 sent");
            }
            wire.send(Frames.text("big " + by));
            wire.readExactly(20_000);
            wire.reset();
        }
        awaitPage(() -> asking.page("/orders?closed=" + by), "failed");
    }

    @Test
    void sessionsInASetCanBeClosedInALoop() throws Exception {
        List<Wire> wires = new ArrayList<>();
        for (int i = 0; i < 10; i++) wires.add(open("/rooms"));
        awaitPage(() -> asking.page("/orders?rooms"), "10");
        wires.get(3).send(Frames.text("all"));
        for (Wire wire : wires) {
            assertThat(Frames.read(wire)).hasToString("88 1000 all go");
            wire.send(Frames.close(1000, ""));
            assertThat(wire.readToEnd().end()).isEqualTo(Wire.End.FIN);
            wire.close();
        }
        awaitPage(() -> asking.page("/orders?rooms"), "0");
        assertThat(asking.page("/orders?last")).isEqualTo("closed all 10");
    }

    /** The client reads 60 KB every 0.4 s, more than the minimum rate. 16 MB at 100 KB/s with the default settings are tested manually. */
    @Test
    void slowSteadyClientIsServed() throws Exception {
        try (Wire wire = Wire.connect(container.http().getHost(), container.http().getPort(), 4096).send(Frames.handshake(AT + "/sender"))) {
            assertThat(wire.readHead().status()).isEqualTo(101);
            wire.timeout(Duration.ofSeconds(10)).send(Frames.text("600"));
            for (int i = 0; i < 600; i += 60) {      // the first messages fit into the buffers of the operating system
                wire.readExactly(60 * 1004);
                LockSupport.parkNanos(400_000_000);
            }
            awaitPage(() -> asking.page("/orders?last"), "sent 600");
        }
    }

    @Test
    void tooSlowClientIsAborted() throws Exception {
        try (Wire wire = Wire.connect(container.http().getHost(), container.http().getPort(), 4096).send(Frames.handshake(AT + "/sender"))) {
            assertThat(wire.readHead().status()).isEqualTo(101);
            wire.send(Frames.text("20000"));
            long begun = System.nanoTime();
            while (!asking.page("/orders?last").equals("failed")) {
                wire.readExactly(1);
                LockSupport.parkNanos(200_000_000);
                assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(8));
            }
        }
    }
}
