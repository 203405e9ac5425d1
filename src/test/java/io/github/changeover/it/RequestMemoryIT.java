package io.github.changeover.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.conformance.Covers;
import io.github.changeover.it.container.ContainerUnderTest;
import io.github.changeover.it.container.OnContainer;
import io.github.changeover.testkit.Head;
import io.github.changeover.testkit.Message;
import io.github.changeover.testkit.Message.Framing;
import io.github.changeover.testkit.Wire;
import java.io.IOException;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Checks the memory that a switched request holds for its content and for the application's response, in an application with little memory. */
@OnContainer
class RequestMemoryIT {
    private static final int MEMORY = 400 << 10;
    private static ContainerUnderTest server;

    @BeforeAll
    static void deploy(ContainerUnderTest container) {
        container.deploy(War.with("scarce").app("original").file("file.txt", "a file\n".repeat(20_000)).set("changeover.memory.max", "400K")
                .set("changeover.capture.max", "1M").set("changeover.capture.disk.max", "0").set("changeover.content.max", "1M")
                .set("changeover.metrics.path", "/metrics").set("changeover.linger", "200ms").build(), "/scarce");
        server = container;
    }

    @AfterAll
    static void undeploy(ContainerUnderTest container) {
        container.undeploy("/scarce");
    }

    @AfterEach
    void assertMemoryIsReleased() throws IOException {
        awaitMemoryReleased();
    }

    private static void awaitMemoryReleased() throws IOException {
        long held = heldMemory();
        for (long until = System.nanoTime() + 10_000_000_000L; held > 0 && System.nanoTime() < until; held = heldMemory()) LockSupport.parkNanos(20_000_000);
        assertThat(held).isZero();
    }

    private static long heldMemory() throws IOException {
        String metrics = ApplicationClient.of(server, "/scarce").page("/metrics");
        assertThat(metrics).contains("\nchangeover_memory_max_bytes " + MEMORY + "\n");
        return Long.parseLong(metrics.replaceFirst("(?s).*\nchangeover_memory_bytes (\\d+)\n.*", "$1"));
    }

    private static Message offer(String line) {
        return Message.of(line, "Connection: Upgrade", "Upgrade: original");
    }

    @ParameterizedTest(name = "S5a: content without enough memory is rejected with 503, {0}")
    @EnumSource(value = Framing.class, names = {"LENGTH", "CHUNKED"})
    @Covers("RFC9110-7.8-17")
    void contentWithoutMemoryIsRejected(Framing framing) throws IOException {
        Message message = offer("POST /scarce/page/content").content(ProbeClient.pattern(600_000), framing);
        try (Wire wire = Wire.connect(server.http())) {
            message.send(wire, Message.ContentTiming.AT_ONCE);
            Head head = wire.readHead();
            assertThat(head.status()).as(head.raw()).isEqualTo(503);
            assertThat(head.only("Retry-After")).isEqualTo("5");
            assertThat(wire.readBodyText(head)).contains("changeover.memory.max");
        }
    }

    @Test
    @DisplayName("S5a: content is counted as long as the connection is open")
    void contentIsCountedAsLongAsTheConnection() throws IOException {
        Message message = offer("POST /scarce/page/writer").content(ProbeClient.pattern(50_000), Framing.LENGTH);
        try (Wire wire = Wire.connect(server.http())) {
            message.send(wire, Message.ContentTiming.AT_ONCE);
            assertThat(wire.readHead().status()).isEqualTo(101);
            assertThat(wire.readHead().status()).isEqualTo(200);
            long held = heldMemory();         // bytes of the response that are still being sent count, too
            for (long until = System.nanoTime() + 10_000_000_000L; held > 51_000 && System.nanoTime() < until; held = heldMemory()) LockSupport.parkNanos(20_000_000);
            assertThat(held).isBetween(50_000L, 51_000L);
        }
    }

    @Test
    @DisplayName("S5a: a response without enough memory stays HTTP, and a shorter one is carried")
    void responseWithoutMemoryStaysHttp() throws IOException {
        try (Wire wire = Wire.connect(server.http())) {
            offer("GET /scarce/page/large").send(wire, Message.ContentTiming.AT_ONCE);
            Head head = wire.readHead();
            assertThat(head.status()).as(head.raw()).isEqualTo(200);
            assertThat(head.only("X-Own")).isEqualTo("yes");
            assertThat(wire.readBody(head)).hasSize(300_000);
        }
        try (Wire wire = Wire.connect(server.http())) {
            offer("GET /scarce/page/forward-file").send(wire, Message.ContentTiming.AT_ONCE);
            assertThat(wire.readHead().status()).isEqualTo(101);
            Head head = wire.readHead();
            assertThat(wire.readExactly(Integer.parseInt(head.only("X-Bytes")))).hasSize(140_000);
            assertThat(wire.send("echo").readText(4)).isEqualTo("echo");
            awaitMemoryReleased();     // the response has been delivered, although the connection is open
        }
    }
}
