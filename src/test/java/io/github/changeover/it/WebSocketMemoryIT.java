package io.github.changeover.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.conformance.Covers;
import io.github.changeover.it.Frames.ReceivedFrame;
import io.github.changeover.it.container.ContainerUnderTest;
import io.github.changeover.it.container.LongRunning;
import io.github.changeover.it.container.OnContainer;
import io.github.changeover.it.container.OncePerEdge;
import io.github.changeover.testkit.Wire;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongPredicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Checks how much memory clients can occupy by unfinished messages, on raw sockets against the echo of the demo. */
@OnContainer
@OncePerEdge
@LongRunning
@Timeout(120)
class WebSocketMemoryIT {
    private static final String AT = "/memory", LARGE = "/memorylarge", STALLS = "/stalls", DEFLATE = "Sec-WebSocket-Extensions: permessage-deflate";
    private static final int MAX = 10 << 20, MESSAGE = 4 << 20;
    private static final Duration SOON = Duration.ofSeconds(20);
    private static ContainerUnderTest container;

    @BeforeAll
    static void deploy(ContainerUnderTest under) {
        container = under;
        container.deploy(War.demo("memory").set("changeover.memory.max", "10M").set("changeover.websocket.message.max", "4M").set("changeover.metrics.path", "/metrics")
                .set("changeover.linger", "10s").build(), AT);
        container.deploy(War.demo("stalls").set("changeover.stall", "2s").set("changeover.stall.min", "1K").set("changeover.metrics.path", "/metrics")
                .set("changeover.linger", "500ms").build(), STALLS);
    }

    @AfterAll
    static void undeploy() {
        container.undeploy(AT);
        container.undeploy(STALLS);
    }

    private static Wire open(URI server, String at, String... fields) throws IOException {
        Wire wire = Wire.connect(server).send(Frames.handshake(at + "/echo", fields)).timeout(SOON);
        assertThat(wire.readHead().status()).isEqualTo(101);
        return wire;
    }

    private static Wire open(String... fields) throws IOException {
        return open(container.http(), AT, fields);
    }

    private static long metric(String at, String sample) throws IOException {
        Matcher line = Pattern.compile("(?m)^" + Pattern.quote(sample) + " (\\d+)$").matcher(ApplicationClient.of(container, at).page("/metrics"));
        assertThat(line.find()).as(sample).isTrue();
        return Long.parseLong(line.group(1));
    }

    private static long heldMemory(String at) throws IOException {
        return metric(at, "changeover_memory_bytes");
    }

    private static long closedCount(String at, String cause) throws IOException {
        return metric(at, "changeover_closed_total{cause=\"" + cause + "\"}");
    }

    private interface LongReader {
        long get() throws IOException;
    }

    private static void await(String what, LongReader number, LongPredicate condition) throws IOException {
        long now = number.get();
        for (long until = System.nanoTime() + SOON.toNanos(); !condition.test(now); now = number.get()) {
            if (System.nanoTime() > until) throw new AssertionError(what + " is still " + now);
            LockSupport.parkNanos(20_000_000);
        }
    }

    private static void assertEcho(Wire wire, String words) throws IOException {
        assertThat(Frames.read(wire.send(Frames.text(words))).toString()).isEqualTo("81 " + words);
    }

    private static byte[] ping() {
        return Frames.of(0x89, Frames.utf8("?"));
    }

    /** A binary message in one-byte fragments: an empty first fragment, and this number of others. */
    private static byte[] oneByteFragmentBytes(int fragments) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (int i = 0; i < fragments; i++) all.writeBytes(new byte[] {0, (byte) 0x81, 0, 0, 0, 0, 'b'});
        return all.toByteArray();
    }

    /** The first fragment of a message that inflates to this number of zeros. */
    private static byte[] inflatingMessage(int size) {
        return Frames.of(0x42, new ClientDeflater().deflate(new byte[size]));
    }

    /** The frame of a message of this size, without its last byte. */
    private static byte[] unfinished(int size) {
        byte[] frame = Frames.of(0x82, new byte[size]);
        return Arrays.copyOf(frame, frame.length - 1);
    }

    private static long heap() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    // ---- S3

    @ParameterizedTest(name = "S3: a message of a million one-byte fragments needs a few megabytes, and arrives intact; TLS: {0}")
    @ValueSource(booleans = {false, true})
    @Covers("RFC6455-5.4-01")
    void oneByteFragmentsAreCountedByTheirBytes(boolean tls) throws IOException {
        int some = tls ? 50_000 : 500_000;
        byte[] half = oneByteFragmentBytes(some);
        long before = container.isEmbedded() ? heap() : 0;
        try (Wire wire = open(tls ? container.https() : container.http(), AT); Wire other = open()) {
            wire.send(new byte[] {2, (byte) 0x80, 0, 0, 0, 0}).send(half);
            assertEcho(other, "meanwhile");
            wire.send(half).send(ping());
            assertThat(Frames.read(wire).toString()).isEqualTo("8a ?");
            assertThat(heldMemory(AT)).isBetween(2L * some, 5L * some + (1 << 20));
            if (container.isEmbedded()) assertThat(heap() - before).as("growth of the heap").isLessThan(2L * half.length + (16 << 20));
            wire.send(new byte[] {(byte) 0x80, (byte) 0x80, 0, 0, 0, 0});
            byte[] whole = new byte[2 * some];
            Arrays.fill(whole, (byte) 'b');
            ReceivedFrame echo = Frames.read(wire);
            assertThat(echo.first()).isEqualTo(0x82);
            assertThat(Arrays.equals(echo.payload(), whole)).isTrue();
        }
        await("the memory that is held", () -> heldMemory(AT), bytes -> bytes == 0);
    }

    @Test
    @DisplayName("S3: one-byte fragments beyond the maximum message length are answered 1009")
    void tooManyOneByteFragmentsAre1009() throws IOException {
        try (Wire wire = open()) {
            wire.send(new byte[] {2, (byte) 0x80, 0, 0, 0, 0});
            byte[] some = oneByteFragmentBytes(1 << 18);
            for (int i = 0; i < 15; i++) wire.send(some);
            wire.send(ping());
            assertThat(Frames.read(wire).toString()).isEqualTo("8a ?");
            wire.send(some).send(oneByteFragmentBytes(1));
            assertThat(Frames.read(wire).toString()).startsWith("88 1009");
        }
        await("the memory that is held", () -> heldMemory(AT), bytes -> bytes == 0);
    }

    // ---- S5a

    private static void inflatingMessages(String at, int connections, int size, long max, boolean tls) throws IOException {
        URI server = tls ? container.https() : container.http();
        byte[] bomb = inflatingMessage(size);
        assertThat(bomb.length).isLessThan(size / 500);
        long closedBefore = closedCount(at, "memory");
        List<Wire> alive = new ArrayList<>();
        int ended = 0;
        try (Wire other = open(container.http(), at)) {
            for (int i = 0; i < connections; i++) {
                Wire wire = open(server, at, DEFLATE);
                alive.add(wire);
                wire.send(bomb).send(ping());
                if (isOpen(wire)) continue;
                ended++;
                alive.remove(wire);
                wire.close();
                assertEcho(other, "meanwhile " + i);
                assertThat(heldMemory(at)).isLessThanOrEqualTo(max + size);       // including memory that is about to be released
            }
            for (Wire wire : List.copyOf(alive)) {
                if (isOpen(wire.send(ping()))) continue;
                ended++;
                alive.remove(wire);
                wire.close();
            }
            int left = alive.size();
            assertThat(left).isBetween(1, (int) (max / size));
            assertThat(ended).isEqualTo(connections - left);
            await("the memory that is held", () -> heldMemory(at), bytes -> bytes >= (long) left * size && bytes <= max);
            await("how many were closed", () -> closedCount(at, "memory") - closedBefore, count -> count == connections - left);
        } finally {
            for (Wire wire : alive) wire.close();
        }
        await("the memory that is held", () -> heldMemory(at), bytes -> bytes == 0);
    }

    /** Whether a ping is answered. If not, the connection must be closed with 1013. */
    private static boolean isOpen(Wire wire) throws IOException {
        ReceivedFrame next = Frames.read(wire);
        if (next.toString().equals("8a ?")) return true;
        assertThat(next.toString()).startsWith("88 1013 ").contains("try again later");
        try {
            wire.send(Frames.close(1013, ""));
        } catch (IOException closed) {
            if (ContainerDifferences.waitsForCloseFrame(container)) throw closed;
            return false;
        }
        assertThat(wire.readToEnd().end()).isEqualTo(Wire.End.FIN);
        return false;
    }

    @ParameterizedTest(name = "S5a: unfinished messages that inflate beyond the memory of the application; TLS: {0}")
    @ValueSource(booleans = {false, true})
    @Covers("RFC7692-7.2.2-01")
    void unfinishedInflatingMessagesAreLimited(boolean tls) throws IOException {
        inflatingMessages(AT, tls ? 5 : 12, MESSAGE - 1000, MAX, tls);
    }

    @Test
    @Tag("full")
    @DisplayName("S5a: 33 unfinished messages that inflate to almost 16 MB, with memory for two of them")
    void unfinishedInflatingMessagesOf16MbAreLimited() throws IOException {
        container.deploy(War.demo("memorylarge").set("changeover.memory.max", "40M").set("changeover.metrics.path", "/metrics").set("changeover.linger", "500ms").build(), LARGE);
        try {
            inflatingMessages(LARGE, 33, (16 << 20) - 1000, 40 << 20, false);
        } finally {
            container.undeploy(LARGE);
        }
    }

    @Test
    @DisplayName("S5a: over the memory of the application, the connection that holds the most is closed with 1013, and the others continue")
    void connectionWithTheMostMemoryIsClosed() throws IOException {
        long closedBefore = closedCount(AT, "memory");
        List<Wire> others = new ArrayList<>();
        try (Wire most = open()) {
            most.send(unfinished(3 << 20));
            await("the memory that is held", () -> heldMemory(AT), bytes -> bytes >= 3 << 20);
            for (int i = 1; i <= 5; i++) {      // while the buffer of a message grows, the old buffer counts, too, so these messages stay below the limit
                Wire other = open();
                others.add(other);
                other.send(unfinished(1 << 20));
                long least = (3L + i) << 20;
                await("the memory that is held", () -> heldMemory(AT), bytes -> bytes >= least);
            }
            assertThat(closedSince(closedBefore)).isZero();
            for (int i = 0; i < 2; i++) {
                Wire last = open();
                others.add(last);
                last.send(unfinished(1 << 20));
            }
            assertThat(Frames.read(most).toString()).startsWith("88 1013 ");
            // while the last two messages still grow, an echo could exceed the limit again
            await("the memory that is held", () -> heldMemory(AT), bytes -> bytes >= 7 << 20);
            for (Wire other : others) {
                ReceivedFrame echo = Frames.read(other.send(new byte[] {'b' ^ 1}));     // the last byte of the message, with any byte of the masking key
                assertThat(echo.payload()).hasSize(1 << 20);
            }
            most.send(Frames.close(1013, ""));
            assertThat(most.isClosedByPeer(SOON)).isTrue();
            await("how many were closed", () -> closedSince(closedBefore), count -> count == 1);
        } finally {
            for (Wire other : others) other.close();
        }
        await("the memory that is held", () -> heldMemory(AT), bytes -> bytes == 0);
        assertThat(container.isEmbedded() ? container.log() : "more than any other").contains("more than any other");
    }

    private static long closedSince(long before) {
        try {
            return closedCount(AT, "memory") - before;
        } catch (IOException broken) {
            throw new AssertionError(broken);
        }
    }

    // ---- messages that do not grow

    @Test
    @DisplayName("S5a: an unfinished message that does not grow is closed with 1008, also with half a header or between pings; one that grows slowly is served")
    void messageThatDoesNotGrowIsClosed() throws IOException {
        long closedBefore = closedCount(STALLS, "stalled");
        byte[] slowly = Frames.of(0x82, new byte[12_000]);
        try (Wire fragment = open(container.http(), STALLS); Wire header = open(container.http(), STALLS); Wire pings = open(container.http(), STALLS);
             Wire slow = open(container.http(), STALLS)) {
            fragment.send(Frames.of(1, Frames.utf8("begun")));
            header.send(new byte[] {(byte) 0x82, (byte) 0xfe, 16});
            pings.send(Frames.of(2, new byte[5000]));
            ReceivedFrame last = null;
            for (int at = 0; at < slowly.length; at += 800) {       // twice the time of changeover.stall
                slow.send(slowly, at, Math.min(800, slowly.length - at));
                LockSupport.parkNanos(250_000_000);
                if (last != null) continue;
                ReceivedFrame frame = Frames.read(pings.send(ping()));
                if ((frame.first() & 0x0f) == 8) last = frame;
                else assertThat(frame.toString()).isEqualTo("8a ?");
            }
            assertThat(Frames.read(slow).payload()).hasSize(12_000);
            assertThat(last).as("the end of the message between pings").isNotNull();
            for (ReceivedFrame frame : List.of(last, Frames.read(fragment), Frames.read(header))) {
                assertThat(frame.toString()).startsWith("88 1008 ").contains("changeover.stall");
            }
            assertThat(fragment.isClosedByPeer(SOON)).isTrue();
        }
        await("how many were closed", () -> closedCount(STALLS, "stalled") - closedBefore, count -> count == 3);
        assertThat(heldMemory(STALLS)).isZero();
    }
}
