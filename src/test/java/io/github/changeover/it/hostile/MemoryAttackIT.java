package io.github.changeover.it.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.conformance.Covers;
import io.github.changeover.it.Frames;
import io.github.changeover.it.container.EmbeddedOnly;
import io.github.changeover.it.container.TomcatOnly;
import io.github.changeover.testkit.Head;
import io.github.changeover.testkit.Message;
import io.github.changeover.testkit.Wire;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.Deflater;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Checks a server of 512 MB while clients try to exhaust its memory with unfinished messages, and others must be served. Each attack lasts some seconds. A
 * manual run can be longer, and then the others must be served within a second:
 *
 * <pre>
 * ./mvnw package -DskipUnit failsafe:integration-test@tomcat11 failsafe:verify -Dfull.tag=never -Dit.test=MemoryAttackIT -Dattack.seconds=60
 * </pre>
 */
@TomcatOnly
@EmbeddedOnly
@Tag("program")
@Tag("full")
class MemoryAttackIT {
    private static final int SHORT = 3, INFLATING = 100, HONEST = 100, MESSAGE = 16 << 20;
    private static final int SECONDS = Integer.getInteger("attack.seconds", SHORT);
    /** A build machine may be busy, so a short run allows more time. */
    private static final Duration AT_MOST = Duration.ofSeconds(SECONDS == SHORT ? 5 : 1);
    private static final long SPARE = 6 << 20;
    private static final Duration BACK_WITHIN = Duration.ofSeconds(10);
    private static final String DEFLATE = "Sec-WebSocket-Extensions: permessage-deflate";

    private final Queue<String> failures = new ConcurrentLinkedQueue<>();
    private final List<Thread> threads = new ArrayList<>();
    private final Queue<Wire> attackers = new ConcurrentLinkedQueue<>();
    private volatile boolean over;
    private static Process server;
    private static BufferedReader said;
    private static URI address;

    @BeforeAll
    static void start() throws IOException {
        Path work = Files.createDirectories(Path.of(System.getProperty("changeover.target", "target")).toAbsolutePath().resolve("small-heap"));
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx512m", "-XX:+ExitOnOutOfMemoryError"));
        for (String property : List.of("changeover.war", "changeover.basedir", "java.util.logging.config.file")) {
            if (System.getProperty(property) != null) command.add("-D" + property + "=" + System.getProperty(property));
        }
        command.addAll(List.of("-Dchangeover.test.container=small-heap", "-Dchangeover.target=" + work, "-cp", System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                SmallHeapServer.class.getName(), System.getProperty("changeover.test.container")));
        server = new ProcessBuilder(command).redirectError(work.resolve("errors.log").toFile()).start();
        said = server.inputReader();
        address = URI.create("http://127.0.0.1:" + line("ready "));
    }

    @AfterEach
    void end() throws InterruptedException {
        over = true;
        disconnectAll();
        for (Thread thread : threads) thread.join(20_000);
        threads.clear();
    }

    @AfterAll
    static void stop() throws InterruptedException {
        server.destroy();
        server.waitFor();
    }

    private static String line(String begin) throws IOException {
        for (String line = said.readLine(); line != null; line = said.readLine()) {
            if (line.startsWith(begin)) return line.substring(begin.length());
        }
        throw new AssertionError("the server ended before it said " + begin);
    }

    private static long heap() throws IOException {
        server.outputWriter().write("heap\n");
        server.outputWriter().flush();
        return Long.parseLong(line("heap "));
    }

    private void disconnectAll() {
        for (Wire wire = attackers.poll(); wire != null; wire = attackers.poll()) {
            try {
                wire.close();
            } catch (IOException gone) {
                // already closed
            }
        }
    }

    /** Repeats a step until the end. The connection of an attacker may break at any time, that of another client may not. */
    private void repeat(String name, boolean attacks, AttackStep step) {
        Thread thread = new Thread(() -> {
            while (!over) {
                try {
                    step.run();
                } catch (IOException | AssertionError | UncheckedIOException failure) {
                    if (over || attacks) continue;
                    failures.add(name + ": " + failure);
                    return;
                }
            }
        }, name);
        threads.add(thread);
        thread.start();
    }

    private interface AttackStep {
        void run() throws IOException;
    }

    private Wire open(String... fields) throws IOException {
        Wire wire = Wire.connect(address).send(Frames.handshake(SmallHeapServer.AT + "/echo", fields));
        assertThat(wire.readHead().status()).isEqualTo(101);
        return wire;
    }

    private Wire attack(String... fields) throws IOException {
        Wire wire = open(fields);
        attackers.add(wire);
        if (over) disconnectAll();
        return wire;
    }

    private String get(String path) throws IOException {
        try (Wire wire = Wire.connect(address).send(Message.of("GET " + SmallHeapServer.AT + path, "Connection: close"))) {
            Head head = wire.readHead();
            assertThat(head.status()).isEqualTo(200);
            return wire.readBodyText(head);
        }
    }

    private long metric(String sample) throws IOException {
        Matcher line = Pattern.compile("(?m)^" + Pattern.quote(sample) + " (\\d+)$").matcher(get("/metrics"));
        assertThat(line.find()).as(sample).isTrue();
        return Long.parseLong(line.group(1));
    }

    private static byte[] inflatingMessage() {
        Deflater deflater = new Deflater(9, true);
        deflater.setInput(new byte[MESSAGE - 1000]);
        byte[] some = new byte[64 * 1024];
        int count = deflater.deflate(some, 0, some.length, Deflater.SYNC_FLUSH);
        deflater.end();
        return Frames.of(0x42, Arrays.copyOf(some, count - 4));
    }

    private static byte[] oneByteFragments() {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (int i = 0; i < 10_000; i++) all.writeBytes(new byte[] {0, (byte) 0x81, 0, 0, 0, 0, 'b'});
        return all.toByteArray();
    }

    private static void logLongest(AtomicLong longest, long since) {
        longest.accumulateAndGet(System.nanoTime() - since, Math::max);
    }

    private final AtomicLong bombs = new AtomicLong(), fragments = new AtomicLong();

    /** Attacks for this time, with one client that sends one-byte fragments and a hundred that send inflating messages. Then all of them disconnect. */
    private void attackFor(int seconds) throws InterruptedException {
        byte[] bomb = inflatingMessage(), tiny = oneByteFragments();
        repeat("one-byte fragments", true, () -> {
            Wire wire = attack();
            wire.send(new byte[] {2, (byte) 0x80, 0, 0, 0, 0});
            while (!over) {
                wire.send(tiny);
                fragments.addAndGet(10_000);
            }
        });
        for (int i = 0; i < INFLATING; i++) {
            repeat("inflating " + i, true, () -> {
                Wire wire = attack(DEFLATE);
                wire.timeout(Duration.ofMinutes(5)).send(bomb);
                bombs.incrementAndGet();
                Frames.read(wire);
                attackers.remove(wire);
                wire.close();
            });
        }
        Thread.sleep(seconds * 1000L);
        end();
    }

    /** The smallest heap within some seconds, because sockets are closed one after another. */
    private static long awaitHeapBelow(long enough, long since) throws IOException {
        long least = heap();
        while (least > enough && System.nanoTime() - since < BACK_WITHIN.toNanos()) {
            LockSupport.parkNanos(300_000_000);
            least = Math.min(least, heap());
        }
        return least;
    }

    @Test
    @Covers("RFC6455-5.4-01")
    @DisplayName("S3, S5a: 512 MB with one client sending one-byte fragments and a hundred sending inflating messages: others are served, and the heap recovers")
    void otherClientsAreServedDuringAttacks() throws Exception {
        attackFor(2);       // now the code is compiled, and Tomcat has its buffers for this number of connections
        long start = awaitHeapBelow(0, System.nanoTime() - BACK_WITHIN.toNanos() / 2);
        long closedBefore = metric("changeover_closed_total{cause=\"memory\"}");
        over = false;
        bombs.set(0);
        fragments.set(0);
        AtomicLong echo = new AtomicLong(), page = new AtomicLong(), rounds = new AtomicLong(), held = new AtomicLong();
        Wire other = open();
        repeat("echo and GET", false, () -> {
            long now = System.nanoTime();
            assertThat(Frames.read(other.send(Frames.text("hello"))).toString()).isEqualTo("81 hello");
            logLongest(echo, now);
            now = System.nanoTime();
            held.accumulateAndGet(metric("changeover_memory_bytes"), Math::max);
            logLongest(page, now);
            rounds.incrementAndGet();
            LockSupport.parkNanos(20_000_000);
        });
        attackFor(SECONDS);
        long left = System.nanoTime();
        long end = awaitHeapBelow(start + SPARE, left);
        double after = (System.nanoTime() - left) / 1e9;
        long memory = metric("changeover_closed_total{cause=\"memory\"}") - closedBefore;
        System.out.printf("attack of %d s: echo at most %d ms, GET at most %d ms (%d rounds); %d bombs, %d one-byte fragments, %d connections closed for memory; "
                        + "memory counted at most %.1f MB of %.1f; heap %.1f MB before, %.1f MB %.1f s after%n", SECONDS, echo.get() / 1_000_000, page.get() / 1_000_000, rounds.get(), bombs.get(),
                fragments.get(), memory, held.get() / 1048576.0, metric("changeover_memory_max_bytes") / 1048576.0, start / 1048576.0, end / 1048576.0, after);
        assertThat(failures).isEmpty();
        assertThat(rounds.get()).isGreaterThan(SECONDS);
        assertThat(memory).as("connections closed for what they held").isPositive();
        assertThat(Duration.ofNanos(echo.get())).as("an echo").isLessThan(AT_MOST);
        assertThat(Duration.ofNanos(page.get())).as("a GET").isLessThan(AT_MOST);
        assertThat(end).as("heap after the attack").isLessThan(start + SPARE);
        assertThat(metric("changeover_memory_bytes")).isZero();
        other.close();
    }

    @Test
    @Covers("RFC6455-5.4-01")
    @DisplayName("S5a: clients that fill 95 % of the memory and stay silent do not affect others")
    void silentMemoryHoldersDoNotAffectOthers() throws Exception {
        long max = metric("changeover_memory_max_bytes"), closedBefore = metric("changeover_closed_total{cause=\"memory\"}");
        byte[] frame = Frames.of(0x82, new byte[1 << 20]);
        byte[] unfinished = Arrays.copyOf(frame, frame.length - 1);
        long used = 0;
        while (used < max / 100 * 95) {
            attack().send(unfinished);
            long least = (long) attackers.size() << 20;
            for (long until = System.nanoTime() + 20_000_000_000L; used < least; used = metric("changeover_memory_bytes")) {
                if (System.nanoTime() > until) throw new AssertionError("still " + used);
            }
        }
        int silent = attackers.size();
        AtomicLong longest = new AtomicLong();
        AtomicInteger echoes = new AtomicInteger();
        for (int i = 0; i < HONEST; i++) {
            String words = String.format("%03d ", i).repeat(256);
            Wire wire = open();
            repeat("honest " + i, false, () -> {
                long now = System.nanoTime();
                assertThat(Frames.read(wire.send(Frames.text(words))).text()).isEqualTo(words);
                logLongest(longest, now);
                echoes.incrementAndGet();
                LockSupport.parkNanos(30_000_000);
            });
        }
        LockSupport.parkNanos(SECONDS * 1_000_000_000L);
        String ended = failures.toString();
        long memory = metric("changeover_closed_total{cause=\"memory\"}") - closedBefore;
        System.out.printf("silence of %d s: %d silent connections hold %.1f MB of %.1f; %d honest ones echoed %d messages, at most %d ms; closed for memory: %d%n",
                SECONDS, silent, used / 1048576.0, max / 1048576.0, HONEST, echoes.get(), longest.get() / 1_000_000, memory);
        assertThat(ended).isEqualTo("[]");
        assertThat(echoes.get()).isGreaterThan(HONEST);
        assertThat(memory).isZero();
        assertThat(metric("changeover_memory_bytes")).as("they are still there").isGreaterThan(max / 100 * 90);
    }
}
