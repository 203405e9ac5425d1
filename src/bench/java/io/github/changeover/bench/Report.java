package io.github.changeover.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The result of a run in the form of docs/performance.md. */
final class Report {
    private static final double MOST_ABOVE = 8.0;       // KB
    private static final String NONE = "-";
    private final Extent extent;
    private final Earlier earlier;
    private final Map<Row, Map<Peer, Measured>> rows;
    private final List<IdleMemory> memory;
    private final long seconds;
    private final StringBuilder text = new StringBuilder();

    Report(Extent extent, Earlier earlier, Map<Row, Map<Peer, Measured>> rows, Map<Peer, Latency> latency, List<IdleMemory> memory, Optional<Held> held, long seconds) {
        this.extent = extent;
        this.earlier = earlier;
        this.rows = rows;
        this.memory = memory;
        this.seconds = seconds;
        head();
        messages();
        rates();
        if (!latency.isEmpty()) delays(latency);
        if (!memory.isEmpty()) idle();
        held.ifPresent(this::held);
        method();
    }

    void write(Path file) throws IOException {
        Files.writeString(file, text);
    }

    @Override
    public String toString() {
        return text.toString();
    }

    private void head() {
        line("# Performance");
        line("");
        line("Written by `./mvnw -Pbench -Dbench=%s` on %s in %d seconds. Each run replaces this file.", extent.name(), LocalDate.now(), seconds);
        line("");
        line("- Machine: %s, %d of its processors, %s %s", processor(), Runtime.getRuntime().availableProcessors(), property("os.name"), property("os.version"));
        line("- JVM: %s %s, `%s` for every server", property("java.vm.name"), property("java.vm.version"), String.join(" ", ServerProcess.FLAGS));
        line("- Versions: %s", Arrays.stream(property("bench.versions").split(",")).map(version -> version.replace('=', ' ')).collect(Collectors.joining(", ")));
        line("");
    }

    private void messages() {
        line("## CPU time of the server for each message");
        line("");
        line("Microseconds, user and system, median of %d interleaved rounds; the minimum and the maximum in parentheses. The ratio compares Changeover with "
                + "Tomcat's own WebSocket, or with hand-written code on Tomcat (raw: the simplest `HttpUpgradeHandler`; GET: the same WAR without the filters), "
                + "in the same round; the table shows the median of the ratios. The last column shows the ratio of the previous run and the difference from it.", extent.rounds());
        line("");
        table(Stream.concat(Stream.concat(Stream.of(""), titles()), Stream.of("ratio", "bar", "met", "run before")));
        rows.forEach((row, measured) -> {
            double ratio = measured.get(Peer.CHANGEOVER).ratio(measured.get(row.against()));
            line("| %s | %s | %.2f | %s | %s | %s |", row.title(), cells(measured, what -> String.format(Locale.ROOT, "%s (%s to %s)",
                    micros(what.micros()), micros(what.least()), micros(what.most()))), ratio, row.bar(), ratio <= row.bar() ? "yes" : "**no**",
                    earlier.ratio(row).map(before -> String.format(Locale.ROOT, "%.2f (%+.0f %%)", before, 100 * (ratio / before - 1))).orElse(NONE));
        });
        line("");
        if (rows.containsKey(Row.HANDSHAKE)) floor(rows.get(Row.HANDSHAKE));
    }

    /** Compares the handshake with hand-written code. */
    private void floor(Map<Peer, Measured> handshake) {
        line("Opening and closing a connection with hand-written code, without checks, session or endpoint, costs %.2f of Tomcat's own WebSocket. Changeover costs %.2f of "
                + "the hand-written code. [tuning.md](tuning.md) has the profile.",
                handshake.get(Peer.HAND_WRITTEN).ratio(handshake.get(Peer.TOMCAT)), handshake.get(Peer.CHANGEOVER).ratio(handshake.get(Peer.HAND_WRITTEN)));
        line("");
    }

    private void rates() {
        line("## Messages in a second");
        line("");
        line("The client runs on the same machine and shares its processors. Therefore these figures are less exact than the table above.");
        line("");
        table(Stream.concat(Stream.of(""), titles()));
        rows.forEach((row, measured) -> line("| %s | %s |", row.title(), cells(measured, what -> String.format(Locale.ROOT, "%,.0f", what.rate()))));
        line("");
    }

    private void delays(Map<Peer, Latency> latency) {
        line("## Delay at a fixed rate");
        line("");
        line("Microseconds from the due time of a WebSocket message of 32 B until its echo arrives, at %,d messages a second over %d connections. "
                + "The rate does not depend on the server. Median of %d interleaved rounds.", Latency.RATE, Latency.CONNECTIONS, extent.rounds());
        line("");
        table(Stream.of("", "p50", "p99", "p99.9"));
        latency.forEach((peer, of) -> line("| %s | %s | %s | %s |", peer.title(), micros(of.p50()), micros(of.p99()), micros(of.p999())));
        line("");
    }

    private void idle() {
        line("## Heap for an idle connection");
        line("");
        line("KB (1000 bytes) of live objects after garbage collection, with %,d idle connections after the upgrade.", extent.idlers());
        line("");
        table(Stream.of("", "WebSocket", "raw"));
        for (Peer peer : Peer.RECORDED) line("| %s | %s | %s |", peer.title(), kilobytes(peer, true), kilobytes(peer, false));
        double bare = bytes(Peer.HAND_WRITTEN, false);
        line("");
        for (boolean webSocket : new boolean[] {false, true}) {
            double above = (bytes(Peer.CHANGEOVER, webSocket) - bare) / 1000;
            line("- %s: %.1f KB above what Tomcat holds for a raw connection itself; the bar is %.0f: %s", webSocket ? "WebSocket" : "Raw",
                    above, MOST_ABOVE, above <= MOST_ABOVE ? "met" : "**not met**");
        }
        line("");
    }

    private void held(Held held) {
        line("With %,d idle WebSocket connections and %,d active ones (32 B, 1 in flight: %,.0f messages a second) no connection was dropped.", held.idle(), held.active(), held.rate());
        line("");
    }

    private void method() {
        line("## How");
        line("");
        line("- Each server runs in its own JVM. All servers run all the time, one is measured at a time, and the rounds of a row alternate between the servers.");
        line("- The client is another process with one non-blocking thread. It compares every byte that it receives. An error ends the run.");
        line("- First, each row is warmed up for %.1f s on each server; the single small message twice as long, the handshake three times as long. Then the rounds follow. Each round measures all rows, %.1f s for each figure.",
                extent.warm().toMillis() / 1000.0, extent.measure().toMillis() / 1000.0);
        line("- Tomcat has its default configuration and its NIO connector, except for a limit of 20,000 connections and no limit for requests on a connection. Changeover is the WAR of the build. Servers log only warnings.");
        line("- \"Opened and closed\" is a complete connection: connect, opening handshake, Close frame, Close frame of the server. \"Written by hand\" is the simplest HttpUpgradeHandler: no check, no session, no endpoint.");
        line("- No message is compressed. Compare figures only within one run; another machine has other figures.");
    }

    private static Stream<String> titles() {
        return Peer.RECORDED.stream().map(Peer::title);
    }

    private interface Cell {
        String of(Measured measured);
    }

    private static String cells(Map<Peer, Measured> measured, Cell cell) {
        return Peer.RECORDED.stream().map(peer -> measured.containsKey(peer) ? cell.of(measured.get(peer)) : NONE).collect(Collectors.joining(" | "));
    }

    private void table(Stream<String> columns) {
        List<String> titles = columns.toList();
        line("| %s |", String.join(" | ", titles));
        line("|---%s|", "|--:".repeat(titles.size() - 1));
    }

    private double bytes(Peer peer, boolean webSocket) {
        return memory.stream().filter(each -> each.peer() == peer && each.webSocket() == webSocket).mapToDouble(IdleMemory::bytes).findFirst().orElse(Double.NaN);
    }

    private String kilobytes(Peer peer, boolean webSocket) {
        double bytes = bytes(peer, webSocket);
        return Double.isNaN(bytes) ? NONE : String.format(Locale.ROOT, "%.1f", bytes / 1000);
    }

    private static String micros(double micros) {
        return String.format(Locale.ROOT, micros < 10 ? "%.2f" : micros < 100 ? "%.1f" : "%.0f", micros);
    }

    private void line(String format, Object... values) {
        text.append(String.format(Locale.ROOT, format, values)).append('\n');
    }

    private static String property(String name) {
        return System.getProperty(name, "");
    }

    private static String processor() {
        try (Stream<String> lines = Files.lines(Path.of("/proc/cpuinfo"))) {
            return lines.filter(line -> line.startsWith("model name")).map(line -> line.substring(line.indexOf(':') + 1).strip()).findFirst().orElse(property("os.arch"));
        } catch (IOException none) {
            return property("os.arch");
        }
    }
}
