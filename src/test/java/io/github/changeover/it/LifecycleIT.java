package io.github.changeover.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.conformance.Covers;
import io.github.changeover.it.container.ContainerUnderTest;
import io.github.changeover.it.container.EmbeddedOnly;
import io.github.changeover.it.container.LongRunning;
import io.github.changeover.it.container.OnContainer;
import io.github.changeover.it.container.TomcatOnly;
import io.github.changeover.testkit.Wire;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import javax.management.ObjectName;
import jdk.jfr.Recording;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Checks what happens to connections when their application is undeployed. */
@OnContainer
class LifecycleIT {
    private static final String CONTEXT = "/lived";
    private static final int LIVES = Integer.getInteger("lifecycle.lives", 5);      // 20 in a manual run
    /** The log message for a handler of this application that did not return from a callback. */
    private static final Pattern LEFT = Pattern.compile("handlers did not return from a callback[^\\n]*\\(guest on ");

    private static void deploy(ContainerUnderTest container) {
        container.deploy(War.with("lived").app("lived").set("changeover.drain", "500ms").set("changeover.linger", "200ms").build(), CONTEXT);
    }

    private static Wire open(ContainerUnderTest container, String path) throws IOException {
        Wire wire = ApplicationClient.of(container, CONTEXT).offer(path, "guest");
        assertThat(wire.readHead().status()).isEqualTo(101);
        assertThat(wire.send("hello").readText(5)).isEqualTo("hello");
        return wire;
    }

    @ParameterizedTest
    @ValueSource(strings = {"/guest", "/reader"})
    @Covers("GEN-06")
    void undeployDrainsEveryHandler(String path, ContainerUnderTest container) throws IOException {
        deploy(container);
        List<Wire> wires = new ArrayList<>();
        try {
            for (int i = 0; i < 20; i++) wires.add(open(container, path));
        } finally {
            container.undeploy(CONTEXT);
        }
        for (Wire wire : wires) {
            Wire.Rest rest = wire.timeout(Duration.ofSeconds(3)).readToEnd();
            assertThat(rest.text()).isEqualTo("goodbye\n");
            assertThat(rest.end()).isEqualTo(Wire.End.FIN);
            wire.close();
        }
        assertThat(LEFT.matcher(container.log()).find()).isFalse();
    }

    @Test
    @Covers("GEN-06")
    void connectionThatStaysIsClosedAfterTheDrainTime(ContainerUnderTest container) throws IOException {
        deploy(container);
        Wire wire = null;
        try {
            wire = open(container, "/stays");
        } finally {
            container.undeploy(CONTEXT);
        }
        assertThat(wire.timeout(Duration.ofSeconds(3)).readToEnd().end()).isNotEqualTo(Wire.End.TIMEOUT);
        wire.close();
        assertThat(LEFT.matcher(container.log()).find()).isFalse();
    }

    @EmbeddedOnly
    @LongRunning
    @Test
    @Covers("GEN-06")
    void connectionSwitchedDuringUndeployIsClosed(ContainerUnderTest container) throws IOException {
        for (int i = 0; i < 10; i++) {
            deploy(container);
            Wire wire = null;
            try {
                wire = ApplicationClient.of(container, CONTEXT).offer(i % 2 == 0 ? "/guest" : "/reader", "guest");
                assertThat(wire.readHead().status()).isEqualTo(101);
            } finally {
                container.undeploy(CONTEXT);
            }
            assertThat(wire.isClosedByPeer(Duration.ofSeconds(3))).isTrue();
            wire.close();
        }
        assertThat(container.log().contains("Error reading request")).isFalse();
    }

    @Test
    @DisplayName("C1: idle() is called on an @UpgradeEndpoint handler")
    void idleIsCalledOnAnnotatedHandlers(ContainerUnderTest container) throws IOException {
        container.deploy(War.with("idles").app("lived").set("changeover.idle", "1s").build(), "/idles");
        try (Wire wire = ApplicationClient.of(container, "/idles").offer("/idler", "guest")) {
            assertThat(wire.readHead().status()).isEqualTo(101);
            assertThat(wire.send("hello").readText(5)).isEqualTo("hello");
            assertThat(wire.readToEnd().text()).isEqualTo("idle\n");
        } finally {
            container.undeploy("/idles");
        }
    }

    @Test
    @EmbeddedOnly
    @Covers("GEN-06")
    @LongRunning
    void redeployedApplicationIsReleased(ContainerUnderTest container) throws Exception {
        deployUseAndUndeploy(container, true);      // not counted, because Grizzly keeps the stack trace of the very first close
        List<WeakReference<?>> loaders = new ArrayList<>();
        long before = heap();
        try (Recording recording = new Recording()) {       // its events have classes of the application
            recording.enable("changeover.Open");
            recording.start();
            for (int i = 0; i < LIVES; i++) loaders.add(deployUseAndUndeploy(container, false));
        }
        assertThat(ManagementFactory.getPlatformMBeanServer().queryNames(new ObjectName("io.github.changeover:context=" + ObjectName.quote(CONTEXT) + ",*"), null)).isEmpty();
        releaseFromPayarasLog();
        assertThat(loaders).as("class loaders").allSatisfy(loader -> assertThat(GarbageCollection.collects(loader)).isTrue());
        System.out.printf("%d redeployments with open connections on %s: no class loader left, heap %d KB before, %d KB after%n", LIVES, container.name(), before, heap());
    }

    @Test
    @EmbeddedOnly
    @TomcatOnly
    @DisplayName("An application whose files are removed while it runs stops like any other")
    void applicationWithRemovedFilesStops(ContainerUnderTest container) throws Exception {
        deploy(container);
        int log = container.log().length();
        WeakReference<?> loader = (WeakReference<?>) System.getProperties().remove("lived.loader");
        try (Wire guest = open(container, "/guest"); Wire reader = open(container, "/reader")) {
            container.removeFiles(CONTEXT);
            container.undeploy(CONTEXT);
            for (Wire wire : List.of(guest, reader)) assertThat(wire.isClosedByPeer(Duration.ofSeconds(3))).isTrue();
            assertThat(threadsOf(loader.get())).isEmpty();
        }
        assertThat(container.log().substring(log)).doesNotContain("NoClassDefFoundError", "Could not stop", "Could not close", "Could not remove");
        assertThat(GarbageCollection.collects(loader)).isTrue();
    }

    private static long heap() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed() >> 10;
    }

    /** When Payara's log file is full, Payara starts a thread, with the class loader of the application that wrote to the log. */
    private static void releaseFromPayarasLog() {
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (thread.getClass().getName().startsWith("com.sun.enterprise.server.logging.")) thread.setContextClassLoader(null);
        }
    }

    /** Deploys and undeploys the application. Some connections are open at its end, and one of them waits for the drain time if {@code patient}. */
    private static WeakReference<?> deployUseAndUndeploy(ContainerUnderTest container, boolean patient) throws IOException {
        deploy(container);
        WeakReference<?> loader = (WeakReference<?>) System.getProperties().remove("lived.loader");
        try (Wire guest = open(container, "/guest"); Wire reader = open(container, "/reader"); Wire stays = open(container, patient ? "/stays" : "/guest")) {
            open(container, "/guest").close();
            container.undeploy(CONTEXT);
            assertThat(threadsOf(loader.get())).isEmpty();
            for (Wire wire : List.of(guest, reader, stays)) assertThat(wire.isClosedByPeer(Duration.ofSeconds(3))).isTrue();
        }
        return loader;
    }

    private static List<String> threadsOf(Object loader) {
        return Thread.getAllStackTraces().keySet().stream().filter(thread -> loader != null && thread.getContextClassLoader() == loader).map(Thread::getName).toList();
    }
}
