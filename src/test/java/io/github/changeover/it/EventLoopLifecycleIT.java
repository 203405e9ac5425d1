package io.github.changeover.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.UnixOperatingSystemMXBean;
import io.github.changeover.it.container.ContainerUnderTest;
import io.github.changeover.it.container.EmbeddedOnly;
import io.github.changeover.it.container.NotOnTomcatServletEdge;
import io.github.changeover.it.container.OnContainer;
import io.github.changeover.it.container.TomcatAtStart;
import io.github.changeover.it.container.TomcatOnly;
import io.github.changeover.testkit.Wire;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.ref.WeakReference;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Checks that nothing of a connection on an event loop is left in Tomcat: no connection in its counts, no key of its selector, no file descriptor, no class
 * loader. An application is redeployed, and a connector is paused, stopped and started, while connections are open. A manual run can use more redeployments:
 * {@code -Dlifecycle.lives=200}.
 */
@OnContainer
@TomcatOnly
@EmbeddedOnly
@NotOnTomcatServletEdge
@Tag("full")
@Timeout(180)
class EventLoopLifecycleIT {
    private static final MBeanServer JMX = ManagementFactory.getPlatformMBeanServer();
    private static final int LIVES = Integer.getInteger("lifecycle.lives", 20);
    private static final int OPEN = 8;
    private static final int SPARE_DESCRIPTORS = 4;     // files that the JVM may open meanwhile; fewer than redeployments

    private static War war(String name) {
        return War.with(name).app("lived").set("changeover.drain", "500ms").set("changeover.linger", "200ms");
    }

    private static void awaitEqual(String what, long wanted, Callable<Number> actual) throws Exception {
        for (long end = System.nanoTime() + 10_000_000_000L; actual.call().longValue() != wanted && System.nanoTime() < end; ) LockSupport.parkNanos(10_000_000);
        assertThat(actual.call().longValue()).as(what).isEqualTo(wanted);
    }

    private static void awaitAtMost(String what, long most, Callable<Number> actual) throws Exception {
        for (long end = System.nanoTime() + 10_000_000_000L; actual.call().longValue() > most && System.nanoTime() < end; ) LockSupport.parkNanos(10_000_000);
        assertThat(actual.call().longValue()).as(what).isLessThanOrEqualTo(most);
    }

    /** The counts of Tomcat's connector on this port. */
    private record ConnectorCounts(ObjectName pool) {
        static ConnectorCounts of(URI server) throws Exception {
            for (ObjectName pool : JMX.queryNames(new ObjectName("*:type=ThreadPool,*"), null)) {
                if (JMX.getAttribute(pool, "localPort") instanceof Integer port && port == server.getPort()) return new ConnectorCounts(pool);
            }
            throw new AssertionError("no connector at " + server);
        }

        /** The connections that count for maxConnections. The thread that accepts connections counts as one while it waits. */
        long connections() throws Exception {
            return ((Number) JMX.getAttribute(pool, "connectionCount")).longValue() - 1;
        }

        /** The keys of the poller's selector. */
        long keys() throws Exception {
            return ((Number) JMX.getAttribute(pool, "keepAliveCount")).longValue();
        }

        /** Waits until no connection of another test class is left. Tomcat closes an unused HTTP connection after a minute. */
        void awaitNoConnection() throws Exception {
            for (long end = System.nanoTime() + 70_000_000_000L; connections() != 0 && System.nanoTime() < end; ) LockSupport.parkNanos(10_000_000);
            assertThat(connections()).as(() -> "connectionCount; sockets: " + sockets()).isZero();
        }

        /** The sockets of the kernel at the connector's port, on systems that show them in a file. The fourth column is the state: 01 is established, 08 is ended by the client only. */
        private String sockets() {
            try {
                String port = String.format(":%04X ", (Integer) JMX.getAttribute(pool, "localPort"));
                StringBuilder found = new StringBuilder();
                for (Path table : List.of(Path.of("/proc/net/tcp"), Path.of("/proc/net/tcp6"))) {
                    if (!Files.isReadable(table)) continue;
                    for (String line : Files.readAllLines(table)) if (line.contains(port)) found.append('\n').append(line);
                }
                return found.toString();
            } catch (Exception unknown) {
                return unknown.toString();
            }
        }

        void awaitConnections(int count) throws Exception {
            awaitEqual("connectionCount", count, this::connections);
            awaitEqual("keepAliveCount", count, this::keys);
        }
    }

    private static int onLoops(String context) throws Exception {
        ObjectName bean = JMX.queryNames(new ObjectName("io.github.changeover:type=Application,context=" + ObjectName.quote(context) + ",*"), null).iterator().next();
        return (Integer) JMX.getAttribute(bean, "LoopConnections");
    }

    private static long descriptors() {
        return ((UnixOperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getOpenFileDescriptorCount();
    }

    private static long loopThreads() {
        return Thread.getAllStackTraces().keySet().stream().filter(thread -> thread.getName().startsWith("changeover-loop")).count();
    }

    private static Wire open(URI server, String context) throws IOException {
        Wire wire = Wire.connect(server).send(RawHttp.upgrade(context + "/guest", "guest"));
        assertThat(wire.readHead().status()).isEqualTo(101);
        return wire;
    }

    private static void exchange(Wire wire) throws IOException {
        for (int i = 0; i < 6; i++) assertThat(wire.send("hello").readText(5)).isEqualTo("hello");
    }

    private static List<Wire> openOnLoops(int count, URI server, String context) throws Exception {
        List<Wire> wires = new ArrayList<>();
        for (int i = 0; i < count; i++) wires.add(open(server, context));
        for (Wire wire : wires) exchange(wire);
        awaitEqual("connections on loops", count, () -> onLoops(context));
        return wires;
    }

    @Test
    void countsOfTomcatAreRightThroughout(ContainerUnderTest container) throws Exception {
        container.deploy(war("counted").build(), "/counted");
        ConnectorCounts counts = ConnectorCounts.of(container.http());
        try {
            counts.awaitNoConnection();
            List<Wire> wires = new ArrayList<>();
            for (int i = 0; i < OPEN; i++) wires.add(open(container.http(), "/counted"));
            counts.awaitConnections(OPEN);
            for (Wire wire : wires) exchange(wire);
            awaitEqual("connections on loops", OPEN, () -> onLoops("/counted"));
            counts.awaitConnections(OPEN);
            int left = OPEN;
            for (Wire wire : wires) {
                left--;
                if (left % 2 == 0) wire.close();
                else wire.reset();
                counts.awaitConnections(left);
                awaitEqual("connections on loops", left, () -> onLoops("/counted"));
            }
        } finally {
            container.undeploy("/counted");
        }
    }

    @Test
    void redeploymentsLeaveNothing(ContainerUnderTest container) throws Exception {
        ConnectorCounts counts = ConnectorCounts.of(container.http());
        counts.awaitNoConnection();
        long threadsBefore = loopThreads();
        deployUseAndUndeploy(container);        // opens files that stay open
        counts.awaitConnections(0);
        long descriptorsBefore = descriptors();
        List<WeakReference<?>> loaders = new ArrayList<>();
        for (int i = 0; i < LIVES; i++) {
            loaders.add(deployUseAndUndeploy(container));
            counts.awaitConnections(0);
        }
        awaitAtMost("file descriptors", descriptorsBefore + SPARE_DESCRIPTORS, EventLoopLifecycleIT::descriptors);
        awaitAtMost("threads of loops", threadsBefore, EventLoopLifecycleIT::loopThreads);
        assertThat(loaders).as("class loaders").allSatisfy(loader -> assertThat(GarbageCollection.collects(loader)).isTrue());
    }

    private static WeakReference<?> deployUseAndUndeploy(ContainerUnderTest container) throws Exception {
        container.deploy(war("redeployed").build(), "/redeployed");
        WeakReference<?> loader = (WeakReference<?>) System.getProperties().remove("lived.loader");
        List<Wire> wires = List.of();
        try {
            wires = openOnLoops(OPEN, container.http(), "/redeployed");
            wires.get(0).close();
            wires.get(1).reset();
            open(container.http(), "/redeployed").close();
        } finally {
            container.undeploy("/redeployed");
        }
        for (Wire wire : wires.subList(2, OPEN)) {
            assertThat(wire.timeout(Duration.ofSeconds(3)).readToEnd().text()).isEqualTo("goodbye\n");
            wire.close();
        }
        return loader;
    }

    @Test
    void connectorIsPausedStoppedAndStartedWithConnectionsOnLoops() throws Exception {
        try (TomcatAtStart tomcat = TomcatAtStart.with("loops-connector", "/connected", war("connected").build(), TomcatAtStart.Listener.CLEAR)) {
            URI server = tomcat.address(0);
            ConnectorCounts counts = ConnectorCounts.of(server);
            stopAndStart(tomcat, server, counts);       // opens files that stay open
            counts.awaitConnections(0);
            long descriptorsBefore = descriptors();
            for (int i = 0; i < LIVES; i++) stopAndStart(tomcat, server, counts);
            counts.awaitConnections(0);
            awaitAtMost("file descriptors", descriptorsBefore + SPARE_DESCRIPTORS, EventLoopLifecycleIT::descriptors);
            for (Wire wire : openOnLoops(OPEN, server, "/connected")) wire.close();
            counts.awaitConnections(0);
        }
    }

    private static void stopAndStart(TomcatAtStart tomcat, URI server, ConnectorCounts counts) throws Exception {
        List<Wire> wires = openOnLoops(OPEN, server, "/connected");
        tomcat.pause(0);
        for (Wire wire : wires) exchange(wire);
        wires.get(0).close();
        wires.get(1).reset();
        awaitEqual("connections on loops", OPEN - 2, () -> onLoops("/connected"));
        tomcat.resume(0);
        awaitEqual("keepAliveCount", OPEN - 2, counts::keys);       // Tomcat itself does not count connections after a pause
        for (Wire wire : wires.subList(2, OPEN)) exchange(wire);
        tomcat.stop(0);
        for (Wire wire : wires.subList(2, OPEN)) {
            assertThat(wire.isClosedByPeer(Duration.ofSeconds(5))).isTrue();
            wire.close();
        }
        awaitEqual("connections on loops", 0, () -> onLoops("/connected"));
        tomcat.start(0);
    }
}
