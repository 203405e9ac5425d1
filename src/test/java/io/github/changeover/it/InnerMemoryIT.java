package io.github.changeover.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.it.container.ContainerUnderTest;
import io.github.changeover.it.container.EmbeddedOnly;
import io.github.changeover.it.container.LongRunning;
import io.github.changeover.it.container.OnContainer;
import io.github.changeover.it.container.OnceOnTomcat;
import io.github.changeover.it.container.TestKeyStore;
import io.github.changeover.testkit.Wire;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Checks that first responses of 1 MB are released after delivery, or after their client has disconnected. Container and library run in this JVM, so
 * its heap can be measured.
 */
@OnContainer
@OnceOnTomcat
@EmbeddedOnly
@LongRunning
class InnerMemoryIT {
    private static final int CLIENTS = Integer.getInteger("changeover.first-answers", 40), SIZE = 1 << 20, INITIAL_WINDOW = 4;
    private static ContainerUnderTest server;

    @BeforeAll
    static void deploy(ContainerUnderTest container) {
        container.deploy(H2cIT.war("memory").set("changeover.path./page/big.protocols", "h2c, TLS/1.2").set("changeover.capture.max", "2M").set("changeover.h2c.preface", "60s")
                .set("changeover.tls.handshake", "60s").set("changeover.tls.key-store", TestKeyStore.get().toString()).set("changeover.tls.key-store-password", TestKeyStore.PASSWORD).build(), "/memory");
        server = container.withoutHttp2();
    }

    @AfterAll
    static void undeploy(ContainerUnderTest container) {
        container.undeploy("/memory");
    }

    private static long usedHeap() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    /** Checks that the heap has grown by less than half of the bodies. Otherwise the bodies have been kept. */
    private static void assertReleased(long before) throws InterruptedException {
        long bound = (long) CLIENTS * SIZE / 2;
        long grown = usedHeap() - before;
        for (int i = 0; i < 20 && grown > bound; i++) {
            Thread.sleep(200);
            grown = usedHeap() - before;
        }
        assertThat(grown).as("growth of the heap by %s answers of %s bytes", CLIENTS, SIZE).isLessThan(bound);
    }

    private static Wire switched(String protocol) throws IOException {
        String path = "/memory/page/big?size=" + SIZE;
        if (protocol.equals("h2c")) return Http2Wire.upgrade(server, path, INITIAL_WINDOW, Integer.MAX_VALUE).wire();
        Wire wire = Wire.connect(server.http()).send(RawHttp.upgrade(path, "TLS/1.2"));
        assertThat(wire.readHead().status()).isEqualTo(101);
        return wire;
    }

    private static Wire deliveredResponsesAreReleased(String protocol) throws IOException {
        Wire wire = switched(protocol);
        if (protocol.equals("h2c")) {
            wire.send(Http2Wire.MAGIC).send(Http2Wire.frame(Http2Wire.SETTINGS, 0, 0, Http2Wire.payload(INITIAL_WINDOW, Integer.MAX_VALUE)));
            wire.send(Http2Wire.frame(Http2Wire.WINDOW_UPDATE, 0, 0, Http2Wire.number(2 * SIZE)));
        } else {
            wire = wire.startTls();
        }
        InputStream in = wire.socket().getInputStream();
        in.skipNBytes(SIZE);        // the heads included, a little more has arrived: the rest is in the buffers of the operating system
        return wire;
    }

    @ParameterizedTest(name = "S5b: {0} retains nothing of a delivered first response")
    @ValueSource(strings = {"h2c", "TLS"})
    void deliveredResponsesAreReleased(String protocol, ContainerUnderTest container) throws Exception {
        deliveredResponsesAreReleased(protocol).close();
        long before = usedHeap();
        List<Wire> open = new ArrayList<>();
        try {
            for (int i = 0; i < CLIENTS; i++) open.add(deliveredResponsesAreReleased(protocol));
            assertReleased(before);
        } finally {
            for (Wire wire : open) wire.close();
        }
    }

    @ParameterizedTest(name = "S5c: {0} retains nothing of a connection that ended before its preface or handshake")
    @ValueSource(strings = {"h2c", "TLS"})
    void responsesOfResetConnectionsAreReleased(String protocol, ContainerUnderTest container) throws Exception {
        deliveredResponsesAreReleased(protocol).close();
        long before = usedHeap();
        for (int i = 0; i < CLIENTS; i++) switched(protocol).reset();
        assertReleased(before);
    }
}
