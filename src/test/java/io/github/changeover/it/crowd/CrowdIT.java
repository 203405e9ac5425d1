package io.github.changeover.it.crowd;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.UnixOperatingSystemMXBean;
import io.github.changeover.conformance.Covers;
import io.github.changeover.it.Frames;
import io.github.changeover.it.RawHttp;
import io.github.changeover.it.War;
import io.github.changeover.it.container.ContainerUnderTest;
import io.github.changeover.it.container.EmbeddedOnly;
import io.github.changeover.it.container.OnContainer;
import io.github.changeover.it.container.TomcatEdgeOnly;
import io.github.changeover.testkit.Head;
import io.github.changeover.testkit.Wire;
import java.io.BufferedReader;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Checks ten thousand connections at a time, and their end. The clients are in a separate process, because of the number of sockets. */
@OnContainer
@TomcatEdgeOnly
@EmbeddedOnly
@Tag("full")
class CrowdIT {
    private static final int MANY = 10_000, SHARE = 1000;
    private static final Duration DRAIN = Duration.ofSeconds(20);

    private static long heap() {
        for (int i = 0; i < 3; i++) System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    /** The smallest heap within half a minute, because sockets and sessions are released one after another. */
    private static long heapAfterwards(long enough) throws InterruptedException {
        long least = heap();
        for (int i = 0; i < 30 && least > enough; i++) {
            Thread.sleep(1000);
            least = Math.min(least, heap());
        }
        return least;
    }

    private static int threads() {
        return ManagementFactory.getThreadMXBean().getThreadCount();
    }

    private static String line(BufferedReader from, String begin) throws IOException {
        String line = from.readLine();
        while (line != null && !line.startsWith(begin)) line = from.readLine();
        if (line == null) throw new AssertionError("the clients ended before they said " + begin);
        return line;
    }

    private static void assertRefused(URI server, String from, int status, String setting) throws IOException {
        try (Wire wire = Wire.connectFrom(from, server).send(Frames.handshake("/crowd/echo"))) {
            Head head = wire.readHead();
            assertThat(head.status()).as(from).isEqualTo(status);
            assertThat(wire.readBodyText(head)).contains(setting);
        }
    }

    private static Process startClients(ContainerUnderTest container, String path, int count, String... protocol) throws IOException {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx512m", "-cp",
                System.getProperty("java.class.path"), ManyClients.class.getName(), Integer.toString(container.http().getPort()), path,
                Integer.toString(count), Integer.toString(SHARE)));
        command.addAll(List.of(protocol));
        return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    }

    private static long countHandlers() {
        return Thread.getAllStackTraces().keySet().stream().filter(thread -> thread.getName().equals("changeover-handler")).count();
    }

    /** From JDK 21 on, a handler that blocks uses no platform thread. Before, there are as many threads as the setting allows. */
    @Test
    void blockingHandlersUseVirtualThreadsIfAvailable(ContainerUnderTest container) throws Exception {
        boolean virtual = Runtime.version().feature() >= 21;
        int many = virtual ? MANY : 200;
        container.deploy(War.with("blocked").app("lived").set("changeover.connections.max", Integer.toString(MANY)).set("changeover.idle", "0s")
                .set("changeover.drain", DRAIN.toSeconds() + "s").build(), "/blocked");
        boolean deployed = true;
        Process clients = null;
        try {
            int before = threads();
            clients = startClients(container, "/blocked/reader", many, "guest", "goodbye");
            BufferedReader said = clients.inputReader();
            assertThat(line(said, "held")).isEqualTo("held " + many + " wrong 0 []");
            int held = threads();
            System.out.printf("%d handlers that block on %s, Java %d: threads %d before, %d held%n", many, container.name(), Runtime.version().feature(), before, held);
            if (virtual) {
                assertThat(held - before).as("no thread of the system belongs to a handler").isLessThan(250);
            } else {
                assertThat(held - before).isLessThanOrEqualTo(many + 250);
                // The client gets the 101 before its handler is opened, and threads of other applications may still be ending.
                for (long until = System.nanoTime() + 10_000_000_000L; countHandlers() < many && System.nanoTime() < until; ) Thread.sleep(20);
                assertThat(countHandlers()).isBetween((long) many, many + 50L);
                try (Wire more = Wire.connect(container.http()).send(RawHttp.upgrade("/blocked/reader", "guest"))) {
                    assertThat(more.readHead().status()).isEqualTo(503);
                }
            }
            container.undeploy("/blocked");
            deployed = false;
            assertThat(line(said, "ended")).isEqualTo("ended websocket 0 guest " + many + " wrong 0 []");
        } finally {
            if (clients != null) clients.destroyForcibly();
            if (deployed) container.undeploy("/blocked");
        }
    }

    @Test
    @Covers("GEN-06")
    void tenThousandConnectionsAreHeldAndDrained(ContainerUnderTest container) throws Exception {
        container.deploy(War.demo("crowd").set("changeover.connections.max", Integer.toString(MANY + 1)).set("changeover.idle", "0s")
                .set("changeover.connections.per-address.max", Integer.toString(SHARE)).set("changeover.drain", DRAIN.toSeconds() + "s").build(), "/crowd");
        UnixOperatingSystemMXBean system = (UnixOperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        assertThat(system.getMaxFileDescriptorCount()).as("file descriptors that a process may have (ulimit -Hn)").isGreaterThan(MANY + 500);
        boolean deployed = true;
        Process clients = null;
        try {
            long heapBefore = heap();
            int threadsBefore = threads();
            clients = startClients(container, "/crowd/echo", MANY);
            BufferedReader said = clients.inputReader();
            assertThat(line(said, "held")).isEqualTo("held " + MANY + " wrong 0 []");
            long heapHeld = heap();
            int threadsHeld = threads();
            for (int client : List.of(0, MANY - 1)) {
                assertRefused(container.http(), ManyClients.address(client, SHARE), 429, "changeover.connections.per-address.max");
            }
            try (Wire last = Wire.connectFrom(ManyClients.address(MANY, SHARE), container.http()).send(Frames.handshake("/crowd/echo"))) {
                assertThat(last.readHead().status()).isEqualTo(101);
                assertRefused(container.http(), ManyClients.address(MANY, SHARE), 503, "changeover.connections.max");
            }
            long begun = System.nanoTime();
            container.undeploy("/crowd");
            deployed = false;
            Duration undeployed = Duration.ofNanos(System.nanoTime() - begun);
            assertThat(line(said, "ended")).isEqualTo("ended websocket " + MANY / 2 + " example/1 " + MANY / 2 + " wrong 0 []");
            Duration drained = Duration.ofNanos(System.nanoTime() - begun);
            long heapAfter = heapAfterwards(heapBefore + (heapHeld - heapBefore) / 4);
            System.out.printf("%d connections on %s: heap %d KB before, %d KB held (%d bytes each), %d KB after; threads %d before, %d held, %d after; undeployed in %d ms, all told in %d ms%n",
                    MANY, container.name(), heapBefore >> 10, heapHeld >> 10, (heapHeld - heapBefore) / MANY, heapAfter >> 10, threadsBefore, threadsHeld, threads(),
                    undeployed.toMillis(), drained.toMillis());
            assertThat(drained).isLessThan(DRAIN);
            assertThat(heapAfter - heapBefore).as("heap that stays").isLessThan((heapHeld - heapBefore) / 4);
            assertThat(threadsHeld - threadsBefore).as("no thread belongs to a connection").isLessThan(210);
        } finally {
            if (clients != null) clients.destroyForcibly();
            if (deployed) container.undeploy("/crowd");
        }
    }
}
