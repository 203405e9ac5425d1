package io.github.changeover.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.conformance.Covers;
import io.github.changeover.it.container.ContainerUnderTest;
import io.github.changeover.it.container.EmbeddedOnly;
import io.github.changeover.it.container.OnContainer;
import io.github.changeover.testkit.Wire;
import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Checks the resources that many connections hold, and that they release them. */
@OnContainer
@EmbeddedOnly
@Tag("full")
class ManyConnectionsIT {
    private static final int RESETS = Integer.getInteger("numbers.resets", 2000);
    private static ProbeClient probe;

    @BeforeAll
    static void deploy(ContainerUnderTest container) {
        container.deploy(War.with("numbers").app("probe").build(), "/numbers");
        probe = new ProbeClient(container, "/numbers");
    }

    @AfterAll
    static void undeploy(ContainerUnderTest container) {
        container.undeploy("/numbers");
    }

    private static int openFiles() {
        String[] files = new File("/proc/self/fd").list();
        return files == null ? 0 : files.length;
    }

    private static int threads() {
        return ManagementFactory.getThreadMXBean().getThreadCount();
    }

    /** Waits up to ten seconds for a condition, which is checked a hundred times a second. */
    private static void await(BooleanSupplier condition) {
        long end = System.nanoTime() + 10_000_000_000L;
        while (!condition.getAsBoolean() && System.nanoTime() < end) java.util.concurrent.locks.LockSupport.parkNanos(10_000_000);
    }

    @Test
    @Covers("GEN-07")
    void twoThousandIdleConnectionsHoldNoThread() throws IOException {
        List<Wire> wires = new ArrayList<>();
        try {
            // The thread pool of the container must have its full size before threads are counted.
            for (int i = 0; i < 300; i++) wires.add(openedConnection(i));
            int before = threads();
            for (int i = 300; i < 2000; i++) wires.add(openedConnection(i));
            assertThat(threads()).isLessThan(before + 50);
            for (Wire wire : wires) wire.send("ping");
            for (Wire wire : wires) assertThat(wire.readText(4)).isEqualTo("ping");
        } finally {
            for (Wire wire : wires) wire.close();
        }
    }

    private static Wire openedConnection(int number) throws IOException {
        Wire wire = probe.offer("/echo", "idle" + number);
        assertThat(wire.readHead().status()).isEqualTo(101);
        return wire;
    }

    /**
     * Half of the connections are reset when they are open, the others immediately after the 101: then {@code closed} may be called without {@code opened}. A
     * manual run can use more connections: {@code -Dnumbers.resets=10000}.
     */
    @Test
    @Covers("GEN-06")
    void resetConnectionsReleaseTheirResources() throws IOException {
        int before = openFiles();
        for (int done = 0; done < RESETS; done += 400) {
            int opened = done / 2 + 200;
            reset(connections("open"), () -> await(() -> countEvents("open", "opened") == opened));
            reset(connections("soon"), () -> { });
        }
        await(() -> openFiles() <= before + 5);
        assertThat(openFiles()).isLessThanOrEqualTo(before + 5);
        await(() -> countEvents("open", "closed") + countEvents("soon", "closed") == RESETS);
        assertThat(countEvents("open", "opened")).isEqualTo(RESETS / 2);
        assertThat(countEvents("open", "closed")).isEqualTo(RESETS / 2);
        assertThat(countEvents("soon", "opened")).isLessThanOrEqualTo(RESETS / 2);
        assertThat(countEvents("soon", "closed")).isEqualTo(RESETS / 2);
    }

    private static List<Wire> connections(String key) throws IOException {
        List<Wire> wires = new ArrayList<>();
        for (int i = 0; i < 200; i++) wires.add(probe.offer("/echo", key));
        return wires;
    }

    private static void reset(List<Wire> wires, Runnable beforeReset) throws IOException {
        for (Wire wire : wires) assertThat(wire.readHead().status()).isEqualTo(101);
        beforeReset.run();
        for (Wire wire : wires) wire.reset();
    }

    private static long countEvents(String key, String event) {
        try {
            return probe.events(key, event).stream().filter(told -> told.startsWith(event)).count();
        } catch (IOException failure) {
            throw new java.io.UncheckedIOException(failure);
        }
    }
}
