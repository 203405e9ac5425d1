package io.github.changeover.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.it.container.ContainerUnderTest;
import io.github.changeover.it.container.NotOnTomcatServletEdge;
import io.github.changeover.it.container.OnContainer;
import io.github.changeover.it.container.Portable;
import io.github.changeover.testkit.Wire;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Checks that no byte is lost, doubled or changed between a handler and a client that reads slowly. More bytes, by hand: {@code -Dslow.megabytes=64 -Dslow.rounds=10}. Not on the servlet edge
 * of Tomcat, which is too slow for it (docs/containers.md).
 */
@OnContainer
@Portable
@NotOnTomcatServletEdge
class SlowReaderIT {
    private static final int MEGABYTES = Integer.getInteger("slow.megabytes", 8), ROUNDS = Integer.getInteger("slow.rounds", 1), PART = 16 << 10;
    private static ProbeClient probe;
    private static ContainerUnderTest server;

    @BeforeAll
    static void deploy(ContainerUnderTest container) {
        container.deploy(War.with("slow-reader").app("probe").build(), "/slow");
        probe = new ProbeClient(container, "/slow");
        server = container;
    }

    @AfterAll
    static void undeploy(ContainerUnderTest container) {
        container.undeploy("/slow");
    }

    @ParameterizedTest(name = "Every byte that {0} echoes arrives once and in order, although the client reads slowly")
    @ValueSource(strings = {"/echo", "/blocking"})
    void everyByteArrivesOnce(String path) throws IOException {
        byte[] all = ProbeClient.pattern(MEGABYTES << 20);
        for (int round = 0; round < ROUNDS; round++) {
            try (Wire wire = Wire.connect(server.http().getHost(), server.http().getPort(), 64 << 10).send(RawHttp.upgrade("/slow" + path, "probe"))) {
                assertThat(wire.readHead().status()).isEqualTo(101);
                CompletableFuture<Wire> sent = CompletableFuture.supplyAsync(() -> sendAll(wire, all));
                for (int at = 0; at < all.length; at += PART) {
                    if (at % (1 << 20) == 0) LockSupport.parkNanos(20_000_000);        // meanwhile the server can send nothing
                    ProbeClient.assertSame(wire.readExactly(PART), Arrays.copyOfRange(all, at, at + PART));
                }
                sent.join();
                assertThat(wire.shutdownOutput().readToEnd().bytes()).isEmpty();
            }
        }
    }

    private static Wire sendAll(Wire wire, byte[] bytes) {
        try {
            return wire.send(bytes);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
