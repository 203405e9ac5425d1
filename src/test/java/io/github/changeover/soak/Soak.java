package io.github.changeover.soak;

import io.github.changeover.it.War;
import io.github.changeover.it.container.ContainerUnderTest;
import io.github.changeover.it.container.Containers;
import io.github.changeover.it.container.ListenerPorts;
import io.github.changeover.run.CallerWatch;
import io.github.changeover.run.DemoSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.LongAdder;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Opens connections, sends messages, aborts and reaches limits, mixed, for some minutes. Then heap, threads and file descriptors must be what they were after the
 * warm-up: ./mvnw -Psoak [-Dsoak.minutes=30] [-Dsoak.container=payara]. It fails if they are not, or if a client was served incorrectly.
 */
public final class Soak {
    private static final int CLIENTS = 8, SOME_FAILURES = 20;
    private static final Logger QUIET = Logger.getLogger("io.github.changeover");       // a strong reference, because loggers are kept weakly
    private static final Map<String, String> SETTINGS = Map.of("changeover.connections.max", "60", "changeover.connections.per-address.max", "30",
            "changeover.queue.max", "64K", "changeover.idle", "4s", "changeover.stall", "4s", "changeover.linger", "200ms", "changeover.drain", "1s");
    static final String CONTEXT = "/soak";
    private static final String NOT_JUDGED = "(not judged: the machine paused)";
    private final List<String> report = new ArrayList<>();
    private final Map<String, LongAdder> actionCounts = new ConcurrentHashMap<>();
    private final ConcurrentLinkedQueue<String> failures = new ConcurrentLinkedQueue<>();
    private final JmxOperator operator;
    private final PauseDetector clock = new PauseDetector();
    private final ContainerUnderTest container;

    private Soak(ContainerUnderTest container) throws Exception {
        this.container = container.withoutHttp2();
        operator = new JmxOperator(CONTEXT);
        clock.start();
    }

    /** Deploys the demo with limits that the clients reach. */
    static Soak deploy(ContainerUnderTest container) throws Exception {
        War war = War.demo("soak");
        DemoSettings.all().forEach(war::set);
        new TreeMap<>(SETTINGS).forEach(war::set);
        container.deploy(war.build(), CONTEXT);
        return new Soak(container);
    }

    /** Arguments: container, minutes, the file for the figures. */
    public static void main(String[] arguments) throws Exception {
        CallerWatch.start();
        QUIET.setLevel(Level.WARNING);
        Duration length = Duration.ofMinutes(Integer.parseInt(arguments[1]));
        ContainerUnderTest container = Containers.start(arguments[0], ListenerPorts.any());
        Soak soak = deploy(container);
        boolean flat = soak.run(length);
        Files.createDirectories(Path.of(arguments[2]).getParent());
        Files.write(Path.of(arguments[2]), soak.report);
        container.stop();
        System.exit(flat && soak.failures.isEmpty() ? 0 : 1);
    }

    /** What was served incorrectly within this time. The resources are not checked. */
    List<String> failuresWithin(Duration length) throws Exception {
        runFor(length);
        operator.awaitNoConnections();
        requireAllJudged();
        return List.copyOf(failures);
    }

    /** How often each action was performed. */
    Map<String, LongAdder> actionCounts() {
        return actionCounts;
    }

    private boolean run(Duration length) throws Exception {
        Duration warmUp = length.dividedBy(5).compareTo(Duration.ofMinutes(3)) < 0 ? length.dividedBy(5) : Duration.ofMinutes(3);
        log("Soak on " + container.name() + ", Java " + Runtime.version() + ": " + length.toMinutes() + " minutes, of which " + warmUp.toSeconds() + " s warm up");
        runFor(warmUp);
        ResourceUsage warm = usageAtRest();
        log("warm   " + warm + " " + ResourceUsage.kindsOfThreads());
        runFor(length.minus(warmUp));
        ResourceUsage end = usageAtRest();
        log("end    " + end + " " + ResourceUsage.kindsOfThreads());
        log("done   " + new TreeMap<>(actionCounts));
        requireAllJudged();
        log("server " + operator.counts());
        failures.forEach(failure -> log("wrong  " + failure));
        List<String> grown = end.growthSince(warm);
        log(grown.isEmpty() ? "flat" : "NOT FLAT: " + grown);
        return grown.isEmpty();
    }

    private void log(String line) {
        report.add(line);
        System.out.println(line);
        System.out.flush();
    }

    /** Runs all clients, and an operator that drains and stops draining from time to time. */
    private void runFor(Duration length) throws Exception {
        long end = System.nanoTime() + length.toNanos();
        List<Thread> clients = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
            int number = i;
            Thread client = new Thread(() -> runActions(new MixedClient(container.http(), CONTEXT, number), end), "soak-client-" + i);
            client.start();
            clients.add(client);
        }
        long told = System.nanoTime();
        while (System.nanoTime() < end) {
            Thread.sleep(Math.max(1, Math.min(15_000, (end - System.nanoTime()) / 1_000_000)));
            operator.drainAndStopDraining();
            if (System.nanoTime() - told < Duration.ofMinutes(1).toNanos()) continue;
            told = System.nanoTime();
            log("       " + ResourceUsage.now() + " (as it is), done " + actionCounts.values().stream().mapToLong(LongAdder::sum).sum() + ", wrong " + failures.size()
                    + ", longest pause of the machine " + clock.longestMillis() + " ms");
        }
        for (Thread client : clients) client.join();
    }

    private void runActions(MixedClient client, long end) {
        while (System.nanoTime() < end && failures.size() < SOME_FAILURES) {
            MixedClient.ClientAction deed = client.next();
            try {
                client.run(deed);
                actionCounts.computeIfAbsent(deed.name(), name -> new LongAdder()).increment();
            } catch (IOException | AssertionError wrong) {
                // a drain may come at any moment and may end everything, so only failures without a drain count
                if (operator.hasDrainedSince(client.started())) continue;
                if (clock.hasPausedSince(client.started())) {
                    actionCounts.computeIfAbsent(NOT_JUDGED, name -> new LongAdder()).increment();
                    continue;
                }
                failures.add(deed + " at " + LocalTime.now() + ", after " + Duration.ofNanos(System.nanoTime() - client.started()).toMillis() + " ms: " + wrong);
                System.out.println("wrong  " + deed + ", see the end; longest pause of the machine " + clock.longestMillis() + " ms");
            }
        }
    }

    /** A run shows nothing if the machine stops the process so often that more than one in a hundred actions cannot be judged. */
    private void requireAllJudged() {
        LongAdder none = actionCounts.getOrDefault(NOT_JUDGED, new LongAdder());
        long all = actionCounts.values().stream().mapToLong(LongAdder::sum).sum();
        if (none.sum() * 100 > all) failures.add(none + " failures of " + all + " deeds were not judged: the machine pauses too often");
    }

    /** The resources after all connections have ended and garbage has been collected. */
    private ResourceUsage usageAtRest() throws Exception {
        operator.awaitNoConnections();
        return ResourceUsage.atRest();
    }
}
