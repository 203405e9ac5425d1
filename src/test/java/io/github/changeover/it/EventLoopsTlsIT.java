package io.github.changeover.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.it.container.ContainerUnderTest;
import io.github.changeover.it.container.EmbeddedOnly;
import io.github.changeover.it.container.OnContainer;
import io.github.changeover.it.container.TomcatEdgeOnly;
import io.github.changeover.testkit.Message;
import io.github.changeover.testkit.Wire;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Checks connections over TLS whose events an event loop reports. On Payara, such connections stay on the threads of Grizzly. */
@OnContainer
@TomcatEdgeOnly
@EmbeddedOnly
@Timeout(120)
class EventLoopsTlsIT {
    private static final MBeanServer JMX = ManagementFactory.getPlatformMBeanServer();
    private static final String AT = "/loops-tls";
    private static ContainerUnderTest server;
    private static ObjectName bean;

    @BeforeAll
    static void deploy(ContainerUnderTest container) throws Exception {
        server = container;
        container.deploy(War.demo("loops-tls").app("ends").set("changeover.queue.max", "8M").build(), AT);
        bean = JMX.queryNames(new ObjectName("io.github.changeover:type=Application,context=" + ObjectName.quote(AT) + ",*"), null).iterator().next();
    }

    @AfterAll
    static void undeploy(ContainerUnderTest container) {
        container.undeploy(AT);
    }

    @AfterEach
    void everyConnectionHasLeftTheLoops() throws Exception {
        awaitTrue(() -> onLoops() == 0);
    }

    private static int onLoops() throws Exception {
        return (Integer) JMX.getAttribute(bean, "LoopConnections");
    }

    private static void awaitTrue(Callable<Boolean> condition) throws Exception {
        for (long end = System.nanoTime() + 10_000_000_000L; !condition.call() && System.nanoTime() < end; ) LockSupport.parkNanos(10_000_000);
        assertThat(condition.call()).isTrue();
    }

    /** Opens a connection to the handler of {@code ends}, and exchanges bytes until it is on a loop. */
    private static TlsTestClient movedToALoop(String protocol, String name) throws Exception {
        TlsTestClient talk = TlsTestClient.to(server.https(), protocol, 0);
        talk.send("GET " + AT + "/ends?" + name + " HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: ends\r\n\r\n");
        assertThat(talk.readHead()).startsWith("HTTP/1.1 101 ").endsWith("\r\n\r\n");
        for (int i = 0; i < 9; i++) assertThat(talk.send("x").read(1)).isEqualTo("x");
        awaitTrue(() -> onLoops() == 1);
        return talk;
    }

    private static byte[] bytes(int length, int seed) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        for (int i = 0; i < length; i++) bytes[i] |= (byte) 0x80;     // no byte is a command
        return bytes;
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void connectionOverTlsMovesToALoop(String protocol) throws Exception {
        try (TlsTestClient talk = movedToALoop(protocol, "moves")) {
            for (int i = 0; i < 9; i++) assertThat(talk.send("y").read(1)).isEqualTo("y");
            assertThat((Integer) JMX.getAttribute(bean, "Loops")).isEqualTo(Runtime.getRuntime().availableProcessors());
            assertThat(onLoops()).isEqualTo(1);
        }
    }

    /** More bytes than a loop reads for one event. */
    @ParameterizedTest
    @ValueSource(ints = {1, 20_000, 600_000})
    void everyByteBeforeCloseNotifyIsEchoed(int length) throws Exception {
        try (TlsTestClient talk = movedToALoop("TLSv1.3", "echoed")) {
            byte[] bytes = bytes(length, length);
            TlsTestClient.TlsRest rest = talk.sendLast(bytes).readToEnd(5000);
            assertThat(rest.bytes()).isEqualTo(bytes);
            assertThat(rest.end()).isEqualTo(TlsTestClient.TlsEnd.CLOSE_NOTIFY);
        }
    }

    @Test
    void outputEndsSeparately() throws Exception {
        try (TlsTestClient talk = movedToALoop("TLSv1.3", "separately").send("h")) {
            assertThat(talk.read(3)).isEqualTo("bye");
            assertThat(talk.readToEnd(500).end()).isEqualTo(TlsTestClient.TlsEnd.CLOSE_NOTIFY);
            talk.sendLast("and more".getBytes());
        }
        assertThat(ApplicationClient.of(server, AT).pageOnce(heard -> !heard.isEmpty(), Duration.ofSeconds(10), "/heard?separately")).startsWith("and more ");
    }

    @Test
    void serverUpdatesItsKeys() throws Exception {
        try (TlsTestClient talk = movedToALoop("TLSv1.3", "keys")) {
            int before = talk.recordsWithoutBytes();
            for (int i = 1; i <= 20; i++) {
                assertThat(talk.updateKeys().send("y").read(1)).isEqualTo("y");
                assertThat(talk.recordsWithoutBytes()).as("records without bytes").isEqualTo(before + i);
            }
        }
    }

    @Test
    void keyUpdateWhileOtherThreadsSend() throws Exception {
        try (TlsTestClient talk = movedToALoop("TLSv1.3", "sends").send("m")) {
            int received = 0;
            while (received < 3_000_000) {
                int records = talk.updateKeys().recordsWithoutBytes();
                while (talk.recordsWithoutBytes() == records && received < 4_000_000) received += talk.read(1).length();
            }
            TlsTestClient.TlsRest rest = talk.readToEnd(5000);
            assertThat(rest.end()).isEqualTo(TlsTestClient.TlsEnd.CLOSE_NOTIFY);
            assertThat(received + rest.bytes().length).isEqualTo(4_000_000);
        }
    }

    @Test
    void clientThatReadsSlowlyLosesNoByte() throws Exception {
        echoed(1, 16_000_000, wire -> {
            LockSupport.parkNanos(150_000_000);      // meanwhile the buffers of both sides fill, and the server pauses
            return 2_000_000;
        });
    }

    /** Records are cut at any byte, and connections move at any point of the exchange. */
    @Test
    void bytesStayInOrderWhileConnectionsMove() throws Exception {
        echoed(8, 300_000, wire -> 300_000);
    }

    private interface Reads {
        /** Returns the number of bytes that the client reads next. */
        int next(Wire wire);
    }

    /** Each client writes and reads at the same time. */
    private static void echoed(int connections, int length, Reads reads) throws Exception {
        ExecutorService clients = Executors.newCachedThreadPool();
        List<Wire> wires = new ArrayList<>();
        try {
            List<Future<?>> done = new ArrayList<>();
            for (int i = 0; i < connections; i++) {
                Random random = new Random(i);
                Wire wire = Wire.connect(server.https()).send(Message.offering(AT + "/echo", "echo"));
                wires.add(wire);
                assertThat(wire.readHead().status()).isEqualTo(101);
                byte[] bytes = bytes(length, i);
                done.add(clients.submit(() -> receive(wire, bytes, reads)));
                done.add(clients.submit(() -> send(wire, bytes, random)));
            }
            for (Future<?> one : done) one.get(60, TimeUnit.SECONDS);
            awaitTrue(() -> onLoops() == connections);
        } finally {
            clients.shutdownNow();
            for (Wire wire : wires) wire.close();
        }
    }

    private static Void receive(Wire wire, byte[] bytes, Reads reads) throws IOException {
        for (int at = 0; at < bytes.length; ) {
            int count = Math.min(bytes.length - at, reads.next(wire));
            assertThat(Arrays.mismatch(wire.readExactly(count), 0, count, bytes, at, at + count)).as("first wrong byte after %d", at).isEqualTo(-1);
            at += count;
        }
        return null;
    }

    private static Void send(Wire wire, byte[] bytes, Random random) throws IOException {
        for (int at = 0; at < bytes.length; ) {
            int count = Math.min(bytes.length - at, random.nextInt(4) == 0 ? 60_000 : 1 + random.nextInt(3000));
            wire.send(Arrays.copyOfRange(bytes, at, at + count));
            at += count;
            if (bytes.length < 1_000_000 && random.nextInt(3) == 0) LockSupport.parkNanos(random.nextInt(3_000_000));
        }
        return null;
    }
}
