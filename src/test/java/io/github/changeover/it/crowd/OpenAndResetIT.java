package io.github.changeover.it.crowd;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.UnixOperatingSystemMXBean;
import io.github.changeover.it.Frames;
import io.github.changeover.it.RawHttp;
import io.github.changeover.it.War;
import io.github.changeover.it.container.ContainerUnderTest;
import io.github.changeover.it.container.EmbeddedOnly;
import io.github.changeover.it.container.LongRunning;
import io.github.changeover.it.container.OnContainer;
import io.github.changeover.it.container.OncePerEdge;
import io.github.changeover.testkit.Head;
import io.github.changeover.testkit.Wire;
import java.io.BufferedReader;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * Checks clients that reset their connections at any moment, and clients that send half a request. A manual run can use more of them than CI:
 * {@code -Dcrowd.resets=20000 -Dcrowd.half=10000}; and another seed: {@code -Dcrowd.seed=N}.
 */
@OnContainer
@OncePerEdge
@EmbeddedOnly
@LongRunning
class OpenAndResetIT {
    private static final int RESETS = Integer.getInteger("crowd.resets", 500), HALF_HEADS = Integer.getInteger("crowd.half", 200);
    private static final long SEED = Long.getLong("crowd.seed", 11);
    private static final int CLIENTS = 16, MAX_PAUSE_MICROS = 3000, SMALL_BUFFER = 4096, MUCH = 2 << 20;
    private static final int SPARE_THREADS = 2 * CLIENTS, SPARE_DESCRIPTORS = 20;
    private static final Duration ANSWERED_WITHIN = Duration.ofSeconds(10), BACK_WITHIN = Duration.ofSeconds(90);
    private static final String CONTEXT = "/resets", PATH = CONTEXT + "/echo";

    /** When a client resets its connection. */
    private enum Moment { WITHIN_THE_REQUEST, BEFORE_THE_ANSWER, AFTER_THE_101, WITHIN_A_FRAME, WHILE_THE_SERVER_SENDS }

    private final Map<Moment, AtomicInteger> switched = new EnumMap<>(Moment.class);
    private ContainerUnderTest container;
    private URI server;

    @BeforeEach
    void deploy(ContainerUnderTest given) {
        container = given;
        server = given.http();
        for (Moment moment : Moment.values()) switched.put(moment, new AtomicInteger());
        container.deploy(War.demo("resets").set("changeover.metrics.path", "/metrics").set("changeover.connections.max", "2000")
                .set("changeover.connections.per-address.max", "2000").set("changeover.drain", "1s").build(), CONTEXT);
    }

    @AfterEach
    void undeploy() {
        container.undeploy(CONTEXT);
    }

    private record ProcessResources(long threads, long descriptors) {
        /** Threads that serve requests are not counted, because their number depends on the settings of the container. */
        static ProcessResources now() {
            UnixOperatingSystemMXBean system = (UnixOperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
            return new ProcessResources(Thread.getAllStackTraces().keySet().stream().filter(thread -> !thread.getName().matches("http-nio-.*-exec-.*|http-thread-pool.*")).count(),
                    system.getOpenFileDescriptorCount());
        }

        boolean isBackAt(ProcessResources before) {
            return threads <= before.threads + SPARE_THREADS && descriptors <= before.descriptors + SPARE_DESCRIPTORS;
        }
    }

    private static void awaitTrue(String what, Callable<Boolean> condition) throws Exception {
        long end = System.nanoTime() + BACK_WITHIN.toNanos();
        while (!condition.call()) {
            if (System.nanoTime() > end) throw new AssertionError(what);
            LockSupport.parkNanos(50_000_000);
        }
    }

    private String get(String path) throws IOException {
        try (Wire wire = Wire.connect(server).timeout(ANSWERED_WITHIN).send("GET " + CONTEXT + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")) {
            Head head = wire.readHead();
            assertThat(head.status()).as(path).isEqualTo(200);
            return wire.readBodyText(head);
        }
    }

    /** The sum of all samples of this name, with any labels. */
    private static double metricValue(String metrics, String name) {
        return metrics.lines().filter(line -> line.startsWith(name + " ") || line.startsWith(name + "{"))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1))).sum();
    }

    private Wire upgraded() throws IOException {
        Wire wire = Wire.connect(server).timeout(ANSWERED_WITHIN).send(Frames.handshake(PATH));
        assertThat(wire.readHead().status()).isEqualTo(101);
        return wire;
    }

    private static void assertEcho(Wire wire, String text) throws IOException {
        assertThat(Frames.read(wire.send(Frames.text(text))).text()).isEqualTo(text);
    }

    private void assertServes() throws IOException {
        get("/");
        try (Wire wire = upgraded()) {
            assertEcho(wire, "hello");
            wire.send(Frames.close(1000, ""));
            assertThat(Frames.read(wire).first()).isEqualTo(0x88);
        }
    }

    /** Checks that no connection and no memory is left, and that every opened connection was closed. */
    private void assertNothingIsLeft(ProcessResources before) throws Exception {
        String[] metrics = {""};
        awaitTrue("connections or memory stay", () -> {
            metrics[0] = get("/metrics");
            return metricValue(metrics[0], "changeover_connections") == 0 && metricValue(metrics[0], "changeover_memory_bytes") == 0;
        });
        assertThat(metrics[0]).contains("changeover_connections", "changeover_memory_bytes ");
        assertThat(metricValue(metrics[0], "changeover_opened_total")).as(metrics[0]).isPositive().isEqualTo(metricValue(metrics[0], "changeover_closed_total"));
        awaitTrue("before " + before + ", afterwards more", () -> ProcessResources.now().isBackAt(before));
    }

    @Test
    @DisplayName("Connections opened and reset at any moment leave nothing behind")
    void resetConnectionsLeaveNothing() throws Exception {
        for (int i = 0; i < CLIENTS; i++) assertServes();
        ProcessResources before = ProcessResources.now();
        long begun = System.nanoTime();
        ExecutorService clients = Executors.newFixedThreadPool(CLIENTS);
        try {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < RESETS; i++) {
                int number = i;
                all.add(clients.submit(() -> {
                    openAndReset(number);
                    return null;
                }));
            }
            for (Future<?> one : all) one.get();
        } catch (ExecutionException failure) {
            throw new AssertionError(failure.getCause());
        } finally {
            clients.shutdownNow();
            assertThat(clients.awaitTermination(1, TimeUnit.MINUTES)).isTrue();
        }
        long ended = System.nanoTime();
        assertServes();
        assertNothingIsLeft(before);
        System.out.printf("%d connections opened and reset on %s in %d ms, %s of them after a 101; nothing left after %d ms; before %s, after %s; %s%n", RESETS, container.name(),
                Duration.ofNanos(ended - begun).toMillis(), switched, Duration.ofNanos(System.nanoTime() - ended).toMillis(), before, ProcessResources.now(),
                get("/metrics").lines().filter(line -> line.matches("changeover_(opened|closed)_total.*")).toList());
        for (Moment moment : List.of(Moment.AFTER_THE_101, Moment.WITHIN_A_FRAME, Moment.WHILE_THE_SERVER_SENDS)) assertThat(switched.get(moment)).as(moment.name()).hasPositiveValue();
    }

    /** Every second client uses WebSocket, the others {@code example/1}. */
    private void openAndReset(int number) throws IOException {
        Random random = new Random(SEED * 1_000_003 + number);
        boolean webSocket = number % 2 == 0;
        Moment moment = Moment.values()[random.nextInt(Moment.values().length)];
        long pause = random.nextInt(MAX_PAUSE_MICROS) * 1000L;
        String request = webSocket ? Frames.handshake(PATH) : RawHttp.upgrade(PATH, "example/1");
        Wire wire = Wire.connect(server.getHost(), server.getPort(), moment == Moment.WHILE_THE_SERVER_SENDS ? SMALL_BUFFER : 0);
        try {
            wire.send(moment == Moment.WITHIN_THE_REQUEST ? request.substring(0, 1 + random.nextInt(request.length() - 1)) : request);
            if (moment.compareTo(Moment.AFTER_THE_101) >= 0) {
                assertThat(wire.readHead().status()).isEqualTo(101);
                switched.get(moment).incrementAndGet();
            }
            byte[] message = message(random, webSocket);
            if (moment == Moment.WITHIN_A_FRAME) wire.send(message, 0, 1 + random.nextInt(message.length - 1));
            if (moment == Moment.WHILE_THE_SERVER_SENDS) {
                sendUntilReset(wire, message, pause);
            } else {
                LockSupport.parkNanos(pause);
            }
        } finally {
            if (!wire.socket().isClosed()) wire.reset();
        }
    }

    /** A frame of 1 to 60,000 bytes, or a line of up to 1000. */
    private static byte[] message(Random random, boolean webSocket) {
        String text = "x".repeat(1 + random.nextInt(webSocket ? 60_000 : 1000));
        return webSocket ? Frames.text(text) : (text + "\n").getBytes();
    }

    /** Another thread resets while this one sends, and while the server echoes everything. */
    private static void sendUntilReset(Wire wire, byte[] message, long pause) {
        Thread resetting = new Thread(() -> {
            LockSupport.parkNanos(pause);
            try {
                wire.reset();
            } catch (IOException gone) {
                // the other side has reset
            }
        }, "resetting");
        resetting.start();
        try {
            for (int sent = 0; sent < MUCH; sent += message.length) wire.send(message);
        } catch (IOException reset) {
            // expected
        }
        try {
            resetting.join();
        } catch (InterruptedException leave) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * If such clients stay connected, the containers close them without a response: Tomcat 11.0.25 after 60 s (the default connectionTimeout), Payara
     * 6.2025.3 after 30 s. With maxConnections=20 and 24 of them on Tomcat, another client was connected and got its response after
     * the first of them had been closed. The log contained nothing about it.
     */
    @Test
    @DisplayName("Clients that send half a request and stop do not prevent other clients from being served, and leave nothing behind")
    void incompleteRequestsDoNotBlockOthers() throws Exception {
        for (int i = 0; i < CLIENTS; i++) assertServes();
        ProcessResources before = ProcessResources.now();
        Process clients = null;
        try (Wire earlier = upgraded()) {
            assertEcho(earlier, "before");
            clients = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx256m", "-cp", System.getProperty("java.class.path"),
                    IncompleteRequests.class.getName(), Integer.toString(server.getPort()), PATH, Integer.toString(HALF_HEADS), Long.toString(SEED))
                    .redirectError(ProcessBuilder.Redirect.INHERIT).start();
            BufferedReader said = clients.inputReader();
            long begun = System.nanoTime();
            assertThat(said.readLine()).isEqualTo("held " + HALF_HEADS + " failed 0");
            long held = System.nanoTime();
            ProcessResources most = ProcessResources.now();
            assertThat(most.descriptors - before.descriptors).as("the server has accepted them").isGreaterThan(HALF_HEADS / 2);
            long longest = 0;
            for (int i = 0; i < 20; i++) {
                long asked = System.nanoTime();
                assertEcho(earlier, "meanwhile " + i);
                assertServes();
                longest = Math.max(longest, System.nanoTime() - asked);
            }
            clients.getOutputStream().close();
            String left = said.readLine();
            long gone = System.nanoTime();
            earlier.close();
            assertServes();
            assertNothingIsLeft(before);
            System.out.printf("%d halves of a request on %s sent in %d ms; others served within %d ms; %s; nothing left after %d ms; before %s, held %s, after %s%n", HALF_HEADS,
                    container.name(), Duration.ofNanos(held - begun).toMillis(), Duration.ofNanos(longest).toMillis(), left, Duration.ofNanos(System.nanoTime() - gone).toMillis(),
                    before, most, ProcessResources.now());
            assertThat(left).startsWith("left answered 0 ");
            assertThat(Duration.ofNanos(longest)).isLessThan(ANSWERED_WITHIN);
        } finally {
            if (clients != null) clients.destroyForcibly();
        }
    }
}
