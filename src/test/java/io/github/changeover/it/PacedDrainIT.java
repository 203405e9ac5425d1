package io.github.changeover.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.it.container.ContainerUnderTest;
import io.github.changeover.it.container.EmbeddedOnly;
import io.github.changeover.it.container.LongRunning;
import io.github.changeover.it.container.OnContainer;
import io.github.changeover.testkit.Wire;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Checks a paced drain on the wire: the close code, and that the Close frames are spread over the time that the pace allows. */
@OnContainer
@EmbeddedOnly
@LongRunning
@Timeout(120)
class PacedDrainIT {
    private static final MBeanServer JMX = ManagementFactory.getPlatformMBeanServer();
    private static final String CONTEXT = "/paced";
    private static final int COUNT = 40;
    /** With a pace of 20, the last of 40 Close frames is sent in the last of 40 intervals of 50 ms. At most half of this time is required, because the machine may be slow. */
    private static final Duration SHORTEST_SPREAD = Duration.ofSeconds(1);
    private static final Duration DRAIN = Duration.ofSeconds(5);
    private static final byte[] RESTART = Frames.join(new byte[] {3, (byte) 0xf4}, Frames.utf8("The server is restarting."));
    private static final byte[] GOING_AWAY = Frames.join(new byte[] {3, (byte) 0xe9}, Frames.utf8("The server is closing the connection."));

    private final List<Wire> wires = new ArrayList<>();
    private final ExecutorService readers = Executors.newFixedThreadPool(COUNT);
    private ContainerUnderTest container;
    private boolean deployed;

    @BeforeEach
    void deploy(ContainerUnderTest under) throws IOException {
        container = under;
        container.deploy(War.with("paced").webSocket().app("socket").app("drained").set("changeover.drain", DRAIN.toSeconds() + "s").set("changeover.drain.pace", "20")
                .set("changeover.drain.code", "1012").set("changeover.linger", "200ms").build(), CONTEXT);
        deployed = true;
        for (int i = 0; i < COUNT; i++) {
            wires.add(Wire.connect(container.http()).send(Frames.handshake(CONTEXT + "/echo")));
            assertThat(wires.get(i).readHead().status()).isEqualTo(101);
        }
    }

    @AfterEach
    void undeploy() throws IOException {
        for (Wire wire : wires) wire.close();
        readers.shutdown();
        if (deployed) container.undeploy(CONTEXT);
    }

    /** Performs a drain. Returns the times from its start to the Close frame of each connection, sorted. Each client answers its Close frame. */
    private List<Duration> times(byte[] payload, Callable<?> drain) throws Exception {
        long start = System.nanoTime();
        List<Future<Duration>> frames = new ArrayList<>();
        for (Wire wire : wires) {
            frames.add(readers.submit(() -> {
                Frames.ReceivedFrame frame = Frames.read(wire.timeout(Duration.ofSeconds(20)));
                Duration time = Duration.ofNanos(System.nanoTime() - start);
                assertThat(frame.first()).isEqualTo(0x88);
                assertThat(frame.payload()).isEqualTo(payload);
                wire.send(Frames.of(0x88, frame.payload()));
                assertThat(wire.readToEnd().end()).isEqualTo(Wire.End.FIN);
                return time;
            }));
        }
        drain.call();
        List<Duration> times = new ArrayList<>();
        for (Future<Duration> frame : frames) times.add(frame.get());
        Collections.sort(times);
        return times;
    }

    private static void assertSpread(List<Duration> times) {
        assertThat(times.get(COUNT - 1).minus(times.get(0))).isGreaterThan(SHORTEST_SPREAD);
        assertThat(times.get(COUNT - 1)).as("the last Close frame, before the end of the drain time").isLessThan(DRAIN);
    }

    private static ObjectName bean() throws JMException {
        return JMX.queryNames(new ObjectName("io.github.changeover:type=Application,context=" + ObjectName.quote(CONTEXT) + ",*"), null).iterator().next();
    }

    private static Object invoke(String operation, Object[] arguments, String... types) throws JMException {
        return JMX.invoke(bean(), operation, arguments, types);
    }

    @Test
    void drainByAnOperator() throws Exception {
        assertSpread(times(RESTART, () -> invoke("drain", null)));
    }

    @Test
    @DisplayName("The code of the operation overrides the setting")
    void drainByAnOperatorWithACode() throws Exception {
        assertSpread(times(GOING_AWAY, () -> invoke("drain", new Object[] {1001}, "int")));
    }

    @Test
    void drainByTheApplication() throws Exception {
        assertSpread(times(RESTART, () -> {
            assertThat(ApplicationClient.of(container, CONTEXT).page("/drain?millis=" + DRAIN.toMillis())).isEqualTo("true");
            return null;
        }));
    }

    @Test
    void stopOfTheApplication() throws Exception {
        assertSpread(times(RESTART, () -> {
            deployed = false;
            container.undeploy(CONTEXT);
            return null;
        }));
    }

    @Test
    void stopDrainingKeepsConnectionsOpen() throws Exception {
        invoke("drain", null);
        invoke("stopDraining", null);
        int open = 0;
        for (Wire wire : wires) {
            Frames.ReceivedFrame frame = Frames.read(wire.send(Frames.text("on")));
            if (frame.first() == 0x81) open++;
            else assertThat(frame.payload()).isEqualTo(RESTART);
        }
        assertThat(open).isGreaterThan(COUNT / 2);
    }

    @Test
    void insufficientPaceIsLoggedAtTheStart() {
        assertThat(container.log()).contains("Changeover in '" + CONTEXT + "': changeover.drain.pace is 20. ", "set changeover.drain to at least 625s");
    }

    @Test
    @DisplayName("Without connections, the end of the application does not wait")
    void undeployWithoutConnectionsDoesNotWait() throws Exception {
        for (Wire wire : wires) wire.close();
        while ((Long) JMX.getAttribute(bean(), "ConnectionCount") > 0) LockSupport.parkNanos(10_000_000);
        long start = System.nanoTime();
        deployed = false;
        container.undeploy(CONTEXT);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(DRAIN);
    }
}
