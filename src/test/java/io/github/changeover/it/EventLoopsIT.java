package io.github.changeover.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.it.container.ContainerUnderTest;
import io.github.changeover.it.container.EmbeddedOnly;
import io.github.changeover.it.container.NotOnTomcatServletEdge;
import io.github.changeover.it.container.OnContainer;
import io.github.changeover.testkit.Message;
import io.github.changeover.testkit.Wire;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Checks that connections move from the container to the event loops of the application, and that no byte and no connection is lost there. */
@OnContainer
@EmbeddedOnly
@NotOnTomcatServletEdge
@Timeout(120)
class EventLoopsIT {
    private static final MBeanServer JMX = ManagementFactory.getPlatformMBeanServer();
    private static ContainerUnderTest server;
    private static ObjectName bean, beanWithoutLoops;
    private static Set<Thread> threadsBefore;       // of other applications, whose callbacks may block for a long time

    @BeforeAll
    static void deploy(ContainerUnderTest container) throws Exception {
        server = container;
        threadsBefore = loopThreads();
        container.deploy(War.demo("loops").build(), "/loops");
        container.deploy(War.demo("no-loops").set("changeover.loops", "0").build(), "/no-loops");
        bean = bean("/loops");
        beanWithoutLoops = bean("/no-loops");
    }

    @AfterAll
    static void undeploy(ContainerUnderTest container) throws Exception {
        container.undeploy("/loops");
        container.undeploy("/no-loops");
        awaitTrue(() -> threadsBefore.containsAll(loopThreads()));
    }

    private static Set<Thread> loopThreads() {
        return Thread.getAllStackTraces().keySet().stream().filter(thread -> thread.getName().startsWith("changeover-loop")).collect(Collectors.toSet());
    }

    private static ObjectName bean(String context) throws Exception {
        return JMX.queryNames(new ObjectName("io.github.changeover:type=Application,context=" + ObjectName.quote(context) + ",*"), null).iterator().next();
    }

    private static int onLoops(ObjectName application) throws Exception {
        return (Integer) JMX.getAttribute(application, "LoopConnections");
    }

    private static void awaitTrue(Callable<Boolean> condition) throws Exception {
        for (long end = System.nanoTime() + 10_000_000_000L; !condition.call() && System.nanoTime() < end; ) LockSupport.parkNanos(10_000_000);
        assertThat(condition.call()).isTrue();
    }

    private static Wire echo(String context) throws IOException {
        Wire wire = Wire.connect(server.http()).send(Message.offering(context + "/echo", "echo"));
        assertThat(wire.readHead().status()).isEqualTo(101);
        return wire;
    }

    private static void exchange(Wire wire, int count) throws IOException {
        for (int i = 0; i < count; i++) assertThat(wire.send("message " + i).readText(9)).isEqualTo("message " + i);
    }

    @Test
    void connectionWithTrafficMovesToALoop() throws Exception {
        awaitTrue(() -> onLoops(bean) == 0);
        try (Wire wire = echo("/loops")) {
            exchange(wire, 9);
            awaitTrue(() -> onLoops(bean) == 1);
            exchange(wire, 9);
            assertThat((Integer) JMX.getAttribute(bean, "Loops")).isEqualTo(Runtime.getRuntime().availableProcessors());
        }
        awaitTrue(() -> onLoops(bean) == 0);
    }

    @Test
    void idleConnectionMovesToALoop() throws Exception {
        awaitTrue(() -> onLoops(bean) == 0);
        try (Wire wire = echo("/loops")) {
            awaitTrue(() -> onLoops(bean) == 1);
            exchange(wire, 9);
        }
        awaitTrue(() -> onLoops(bean) == 0);
    }

    @Test
    void connectionStaysOnTheContainerIfThereAreNoLoops() throws Exception {
        try (Wire wire = echo("/no-loops")) {
            exchange(wire, 9);
            assertThat(onLoops(beanWithoutLoops)).isZero();
            assertThat((Integer) JMX.getAttribute(beanWithoutLoops, "Loops")).isZero();
        }
    }

    /** Each client writes and reads at the same time, with pauses, so that connections move at any point of the exchange. */
    @Test
    void bytesStayInOrderWhileConnectionsMove() throws Exception {
        ExecutorService clients = Executors.newCachedThreadPool();
        List<Wire> wires = new ArrayList<>();
        try {
            List<Future<?>> done = new ArrayList<>();
            for (int i = 0; i < 24; i++) {
                Random random = new Random(i);
                Wire wire = echo("/loops");
                wires.add(wire);
                byte[] bytes = new byte[200_000];
                random.nextBytes(bytes);
                done.add(clients.submit(() -> assertThat(wire.readExactly(bytes.length)).isEqualTo(bytes)));
                done.add(clients.submit(() -> {
                    for (int at = 0; at < bytes.length; ) {
                        int count = Math.min(bytes.length - at, random.nextInt(4) == 0 ? 60_000 : 1 + random.nextInt(3000));
                        wire.send(Arrays.copyOfRange(bytes, at, at + count));
                        at += count;
                        if (random.nextInt(3) == 0) LockSupport.parkNanos(random.nextInt(3_000_000));
                    }
                    return null;
                }));
            }
            for (Future<?> one : done) one.get(60, TimeUnit.SECONDS);
        } finally {
            clients.shutdownNow();
            for (Wire wire : wires) wire.close();
        }
        awaitTrue(() -> onLoops(bean) == 0);
    }

    @Test
    void halfCloseOfTheClientIsSeenOnALoop() throws Exception {
        try (Wire wire = echo("/loops")) {
            exchange(wire, 9);
            awaitTrue(() -> onLoops(bean) == 1);
            wire.send("last words").shutdownOutput();
            assertThat(new String(wire.readToEnd().bytes(), StandardCharsets.UTF_8)).isEqualTo("last words");
        }
        awaitTrue(() -> onLoops(bean) == 0);
    }

    @Test
    void connectionsThatAreResetLeaveTheLoops() throws Exception {
        for (int i = 0; i < 50; i++) {
            Wire wire = echo("/loops");
            exchange(wire, 5);
            wire.reset();
        }
        awaitTrue(() -> onLoops(bean) == 0);
        awaitTrue(() -> (Long) JMX.getAttribute(bean, "ConnectionCount") == 0);
    }
}
