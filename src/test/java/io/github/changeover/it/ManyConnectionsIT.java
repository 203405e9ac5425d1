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

    /** A manual run can use more connections: {@code -Dnumbers.resets=10000}. */
    @Test
    @Covers("GEN-06")
    void resetConnectionsReleaseTheirResources() throws IOException {
        int before = openFiles();
        for (int done = 0; done < RESETS; done += 200) {
            List<Wire> wires = new ArrayList<>();
            for (int i = 0; i < 200; i++) wires.add(probe.offer("/echo", "resets"));
            for (Wire wire : wires) assertThat(wire.readHead().status()).isEqualTo(101);
            for (Wire wire : wires) wire.reset();
        }
        await(() -> openFiles() <= before + 5);
        assertThat(openFiles()).isLessThanOrEqualTo(before + 5);
        await(() -> countEvents("closed") == RESETS);
        assertThat(countEvents("opened")).isEqualTo(RESETS);
        assertThat(countEvents("closed")).isEqualTo(RESETS);
    }

    private static long countEvents(String event) {
        try {
            return probe.events("resets", event).stream().filter(told -> told.startsWith(event)).count();
        } catch (IOException failure) {
            throw new java.io.UncheckedIOException(failure);
        }
    }
}
