package io.github.changeover.bench;

import io.github.changeover.run.CallerWatch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The main class of {@code ./mvnw -Pbench}. All servers run at the same time, and one of them is measured at a time. Arguments:
 * {@code short}, {@code long} or {@code smoke}, then optionally the names of the parts to measure: rows, delays ({@code LATENCY},
 * {@code BLOCKING}, {@code FLOOD}), {@code HELD}, {@code COLD}, {@code IDLE} and {@code JVMS}, which repeats the message rows with other JVMs,
 * and for {@code smoke} {@code BY_HAND}, which are {@code fanout} and {@code nodes}; or
 * {@code fanout} or {@code nodes}, then optionally their {@link Parameters}; or {@code micro} and arguments for JMH; or {@code compare} and names of rows, for a comparison with the WAR of another build
 * ({@code -Dbench.earlier=CLONE}).
 */
public final class Bench {
    private static final String PAGE = "performance.md";
    private static final String IDLE = "IDLE", HELD = "HELD", COLD = "COLD", JVMS = "JVMS", BY_HAND = "BY_HAND";
    private static final List<Peer> OTHER_JVMS = List.of(Peer.CHANGEOVER, Peer.TOMCAT, Peer.NETTY);
    private final Extent extent;
    private final List<String> wanted;
    private final Results results = new Results();

    private Bench(Extent extent, List<String> wanted) {
        this.extent = extent;
        this.wanted = wanted;
    }

    /** The arguments are described above. */
    public static void main(String[] arguments) throws IOException {
        CallerWatch.start();
        List<String> words = Arrays.stream(arguments).filter(word -> !word.isEmpty()).toList();
        List<String> rest = words.subList(1, words.size());
        if (words.get(0).equals("micro")) {
            Micro.run(rest);
            return;
        }
        if (words.get(0).equals("compare")) Comparison.run(Extent.of("compare"), rest);
        else if (words.get(0).equals(FanOut.NAME)) byHand(new Parameters(FanOut.defaults(), rest), FanOut::run);
        else if (words.get(0).equals(Nodes.NAME)) byHand(new Parameters(Nodes.defaults(), rest), Nodes::run);
        else new Bench(Extent.of(words.get(0)), rest).run();
        System.exit(0);
    }

    private interface ByHand {
        Section run(Parameters parameters) throws IOException;
    }

    private static void byHand(Parameters parameters, ByHand part) throws IOException {
        Section section = part.run(parameters);
        section.report();
        if (parameters.write()) section.replaceIn(docs().resolve(PAGE));
    }

    private static Path docs() {
        return Path.of(System.getProperty("changeover.basedir"), "docs");
    }

    private void run() throws IOException {
        boolean complete = false;
        try {
            measure();
            complete = wanted.isEmpty();
        } finally {
            report(complete && extent.name().equals("long"));
        }
    }

    private void measure() throws IOException {
        List<Row> rows = Stream.of(Row.values()).filter(row -> wants(row.name(), row.inShort())).toList();
        try (Servers servers = new Servers(Jvm.DEFAULT)) {
            List<Peer> peers = Stream.of(Peer.values()).filter(peer -> extent.complete() || !peer.onPayara()).toList();
            results.rows.putAll(new MessageCost(servers, extent, peers).of(rows));
            for (Delay delay : Delay.values()) {
                if (wants(delay.name(), delay == Delay.LATENCY)) results.delays.put(delay, delay.measure(servers, extent));
            }
            if (wants(HELD, true)) results.held(Held.of(servers.of(Peer.CHANGEOVER), extent));
        }
        if (wants(COLD, false)) results.coldStart.putAll(ColdStart.measure(extent));
        if (wants(IDLE, true)) results.memory.addAll(IdleMemory.all(extent));
        if (wants(JVMS, false)) otherJvms(rows);
        if (extent.isTiny() && wants(BY_HAND, true)) byHand();
    }

    /** Shows that the parts work that run only by hand. */
    private static void byHand() throws IOException {
        FanOut.run(new Parameters(FanOut.tiny(), List.of())).report();
        Optional<String> missing = Nodes.missing();
        if (missing.isEmpty()) Nodes.run(new Parameters(Nodes.tiny(), List.of())).report();
        else Progress.say("%s is left out. %s", Nodes.NAME, missing.get());
    }

    /** Returns whether this part is measured: because it was named, or because the run measures everything. */
    private boolean wants(String name, boolean inShort) {
        return wanted.isEmpty() ? inShort || extent.complete() : wanted.contains(name);
    }

    /** Measures the message rows that were named, or all of them, with each of the other JVMs. */
    private void otherJvms(List<Row> named) throws IOException {
        List<Row> rows = Row.MESSAGES.stream().filter(row -> named.isEmpty() || named.contains(row)).toList();
        for (Jvm jvm : Jvm.others()) {
            Progress.say("%s", jvm.title());
            try (Servers servers = new Servers(jvm)) {
                results.otherJvms.put(jvm, new MessageCost(servers, extent.shorter(), OTHER_JVMS).of(rows));
            }
        }
    }

    /** Prints the report and writes it below {@code target}; that of a complete long run also replaces the one in {@code docs}. */
    private void report(boolean replace) throws IOException {
        Path page = docs().resolve(PAGE);
        Report report = new Report(extent, results, Earlier.of(page));
        System.out.println(report);
        report.write(Path.of(System.getProperty("changeover.target"), "bench", "report"));
        if (!replace) return;
        String sections = Section.allOf(page);
        report.write(docs());
        Files.writeString(page, sections, StandardOpenOption.APPEND);
    }
}
