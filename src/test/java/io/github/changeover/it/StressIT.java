package io.github.changeover.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.it.container.ContainerUnderTest;
import io.github.changeover.it.container.EmbeddedOnly;
import io.github.changeover.it.container.OnContainer;
import io.github.changeover.it.container.OncePerEdge;
import io.github.changeover.testkit.Wire;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Checks connections on which several threads send while another thread pauses, resumes and ends them, each in one of six ways. Both sides check every byte. As
 * soon as one connection ends, the next begins, so that the container reuses its channels while threads still send on aborted connections. It runs for some
 * seconds. A manual run can be longer, or use other connections:
 *
 * <pre>
 * ./mvnw package -DskipUnit failsafe:integration-test@tomcat11 failsafe:verify -Dfull.tag=never -Dit.test=StressIT -Dstress.seconds=180 -Dstress.seed=2
 * </pre>
 */
@OnContainer
@OncePerEdge
@Tag("full")
@EmbeddedOnly
class StressIT {
    private static final String AT = "/stress";
    private static final int SECONDS = Integer.getInteger("stress.seconds", 5);
    private static final long SEED = Long.getLong("stress.seed", 11);
    private static final int AT_ONCE = 10, PLACES = 40, FAILURES_KEPT = 5;
    private static final Duration PATIENCE = Duration.ofSeconds(60), PATIENCE_WITH_FAILED = Duration.ofSeconds(5);
    private static final AtomicInteger NUMBERS = new AtomicInteger();
    private static ContainerUnderTest container;
    private static ApplicationClient asking;

    private final Queue<String> failures = new ConcurrentLinkedQueue<>();
    private final Map<String, AtomicInteger> ends = new ConcurrentHashMap<>();
    private final AtomicLong received = new AtomicLong(), sent = new AtomicLong(), frames = new AtomicLong(), longest = new AtomicLong();

    @BeforeAll
    static void deploy(ContainerUnderTest under) {
        container = under;
        container.deploy(War.with("stress").app("stress").set("changeover.queue.max", "64K").set("changeover.linger", "60s").set("changeover.closing", "60s")
                .set("changeover.idle", "120s").set("changeover.drain", "10s").set("changeover.stall", "60s")
                .set("changeover.connections.max", Integer.toString(PLACES)).build(), AT);
        asking = ApplicationClient.of(container, AT);
    }

    @AfterAll
    static void undeploy() {
        container.undeploy(AT);
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"clear", "TLS"})
    @DisplayName("S10, C3, C10: with several senders every byte arrives in order, however the connection ends, and each connection is closed exactly once")
    void everyByteArrivesInOrderUnderStress(String how) throws Exception {
        long end = System.nanoTime() + SECONDS * 1_000_000_000L;
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < AT_ONCE; i++) {
            Thread thread = new Thread(() -> {
                while (System.nanoTime() < end && failures.size() < FAILURES_KEPT) exchange(how.equals("TLS"));
            }, "stress-" + i);
            thread.start();
            threads.add(thread);
        }
        for (Thread thread : threads) {
            thread.join(SECONDS * 1000L + 3 * PATIENCE.toMillis());
            if (thread.isAlive()) failures.add(thread.getName() + " hangs at " + List.of(thread.getStackTrace()));
        }
        System.out.println("stress on " + container.name() + ", " + how + ", " + SECONDS + " s, seed " + SEED + ": " + new TreeMap<>(ends) + ", " + frames
                + " frames and " + received + " bytes from the server, " + sent + " bytes to it; the longest took " + longest + " ms");
        assertThat(failures).as("seed " + SEED).isEmpty();
        assertThat(ends.keySet()).extracting(name -> name.replaceAll(".* ", "")).contains("CLOSE", "ABORT", "END_OUTPUT", "DRAIN", "CLIENT_RESETS", "CLIENT_ENDS");
        await("/orders?connections", "0");
        await("/orders?unsettled", "{}");
        assertAllReservationsReleased();
    }

    private static void await(String page, String wanted) throws IOException {
        String is = asking.pageOnce(wanted::equals, PATIENCE, page);
        assertThat(is).as(page + ", seed " + SEED).isEqualTo(wanted);
    }

    private void assertAllReservationsReleased() throws IOException {
        List<Wire> wires = new ArrayList<>();
        try {
            for (int i = 0; i < PLACES; i++) {
                Wire wire = asking.offer("/talk/" + NUMBERS.incrementAndGet() + "/1/CLIENT_RESETS", "stress").timeout(PATIENCE);
                wires.add(wire);
                assertThat(wire.readHead().status()).as("place " + i).isEqualTo(101);
            }
        } finally {
            for (Wire wire : wires) wire.reset();
        }
        await("/orders?unsettled", "{}");
    }

    /** One connection, from its start to the report of the server. */
    private void exchange(boolean tls) {
        int number = NUMBERS.incrementAndGet();
        SplittableRandom random = new SplittableRandom(SEED * 1_000_003 + number);
        StressClient.StressEnd end = StressClient.StressEnd.values()[random.nextInt(StressClient.StressEnd.values().length)];
        String protocol = !tls ? null : random.nextBoolean() ? "TLSv1.3" : "TLSv1.2";
        String name = (tls ? protocol + " " : "") + end;
        long begun = System.nanoTime();
        boolean mayBeReset = mayBeReset(end), quiet = mayBeReset && random.nextBoolean();
        boolean mayBeGarbled = isServletEdgeOfTomcat() && tls && end == StressClient.StressEnd.CLIENT_ENDS;     // on this edge, Tomcat closes while another thread may be writing
        StressClient talk = new StressClient(AT, number, random.nextLong(1L << 40), end, protocol, quiet, mayBeReset && !quiet || mayBeGarbled, updatesKeys(protocol, end));
        try {
            talk.run(tls ? container.https() : container.http());
            check(talk, report(number));
        } catch (Exception | AssertionError failure) {
            failures.add("connection " + number + " (" + name + "): " + failure + cause(failure) + "; report: " + reportOfFailed(number));
        }
        longest.accumulateAndGet((System.nanoTime() - begun) / 1_000_000, Math::max);
        ends.computeIfAbsent(name, absent -> new AtomicInteger()).incrementAndGet();
        received.addAndGet(talk.received());
        frames.addAndGet(talk.frames());
        sent.addAndGet(talk.sent());
    }

    private static String cause(Throwable failure) {
        StackTraceElement[] at = failure.getStackTrace();
        return " at " + List.of(at).subList(0, Math.min(8, at.length)) + (failure.getCause() == null ? "" : " because of " + failure.getCause());
    }

    /** Waits a short time for the handler to be closed, because the report then contains the cause. */
    private static String reportOfFailed(int number) {
        try {
            String report = asking.pageOnce(said -> !said.contains("closed=0"), PATIENCE_WITH_FAILED, "/orders?now&report=" + number);
            return report.replace("\n", " ");
        } catch (IOException | AssertionError failure) {
            return failure.toString();
        }
    }

    private static Map<String, String> report(int number) throws IOException {
        String report = asking.pageOnce(said -> !said.isEmpty(), PATIENCE, "/orders?report=" + number);
        assertThat(report).as("the handler was not closed").isNotEmpty();
        Map<String, String> facts = new HashMap<>();
        report.lines().forEach(line -> facts.put(line.substring(0, line.indexOf('=')), line.substring(line.indexOf('=') + 1)));
        return facts;
    }

    /** Not where the server may end first: the JDK's client does not accept close_notify of the server before the response to the key update. */
    private static boolean updatesKeys(String protocol, StressClient.StressEnd end) {
        boolean serverGoesOn = end == StressClient.StressEnd.ABORT || end == StressClient.StressEnd.CLIENT_RESETS || end == StressClient.StressEnd.CLIENT_ENDS;
        return "TLSv1.3".equals(protocol) && serverGoesOn && !isServletEdgeOfTomcat();     // on this edge, the reading thread responds to a key update while another thread encrypts
    }

    private static boolean isServletEdgeOfTomcat() {
        return container.name().equals("tomcat11-servlet");
    }

    /**
     * On this edge, the output cannot end separately from the connection: a close while the client sends resets it. So some clients send nothing
     * (docs/containers.md).
     */
    private static boolean mayBeReset(StressClient.StressEnd end) {
        return isServletEdgeOfTomcat() && (end == StressClient.StressEnd.CLOSE || end == StressClient.StressEnd.DRAIN);
    }

    /** Over TLS, Tomcat's servlet edge loses bytes that arrive in one read with close_notify. Below TLS 1.3, the end of a client ends both directions. */
    private static void check(StressClient talk, Map<String, String> report) {
        boolean lossyEnd = ContainerDifferences.losesBytesAtCloseNotify(container) && talk.protocol() != null;
        assertThat(report.get("faults")).isEqualTo("[]");
        assertThat(report.get("closed")).isEqualTo("1");
        if (talk.end() != StressClient.StressEnd.CLIENT_RESETS) assertThat(report.get("opened")).isEqualTo("1");
        String cause = report.get("cause");
        switch (talk.end()) {
            case CLOSE -> assertThat(cause).startsWith("HANDLER:");
            case ABORT -> assertThat(cause).startsWith("EVICTED:");
            case DRAIN -> assertThat(cause).startsWith("DRAINED:");
            case END_OUTPUT -> assertThat(cause).matches(lossyEnd ? "(?s)(BROKEN|PEER):.*" : "(?s)PEER:.*");
            case CLIENT_ENDS -> assertThat(cause).matches(lossyEnd || talk.endsBothSides() ? "(?s)(BROKEN|PEER):.*" : "(?s)PEER:.*");
            case CLIENT_RESETS -> assertThat(cause).matches("(?s)(BROKEN|PEER):.*");
        }
        boolean clientEnds = talk.end() == StressClient.StressEnd.CLIENT_ENDS;
        boolean clientEndsOutput = clientEnds || talk.end() == StressClient.StressEnd.END_OUTPUT;
        long received = Long.parseLong(report.get("received"));
        assertThat(received).as("bytes that the server received").isLessThanOrEqualTo(talk.sent());
        if (clientEndsOutput && cause.startsWith("PEER:") && !lossyEnd) assertThat(received).as("bytes before the client's end").isEqualTo(talk.sent());
        boolean orderly = talk.end() == StressClient.StressEnd.CLOSE || talk.end() == StressClient.StressEnd.DRAIN || clientEndsOutput;
        if (!orderly || talk.mayBeReset() || clientEnds && (talk.endsBothSides() || lossyEnd)) return;
        for (String fact : List.of("accepted", "told")) {
            String[] counts = report.get(fact).split(",");
            for (int sender = 0; sender < counts.length; sender++) {
                assertThat(talk.framesOf(sender)).as("frames of sender " + sender + ", of those that were " + fact).isGreaterThanOrEqualTo(Integer.parseInt(counts[sender]));
            }
        }
    }
}
