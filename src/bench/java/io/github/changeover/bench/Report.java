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

/** What came of a run, as docs/performance.md. */
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
        line("Written by `./mvnw -Pbench -Dbench=%s` on %s in %d seconds; whoever runs it writes this file anew.", extent.name(), LocalDate.now(), seconds);
        line("");
        line("- Machine: %s, %d of its processors, %s %s", processor(), Runtime.getRuntime().availableProcessors(), property("os.name"), property("os.version"));
        line("- JVM: %s %s, `%s` for every server", property("java.vm.name"), property("java.vm.version"), String.join(" ", ServerProcess.FLAGS));
        line("- Versions: %s", Arrays.stream(property("bench.versions").split(",")).map(version -> version.replace('=', ' ')).collect(Collectors.joining(", ")));
        line("");
    }

    private void messages() {
        line("## CPU time of the server for each message");
        line("");
        line("Microseconds, user and system, median of %d interleaved rounds; in brackets the least and the most. The ratio is Changeover's to "
                + "Tomcat's own WebSocket, or to Tomcat with code written by hand (raw: the plainest `HttpUpgradeHandler`; GET: the same WAR with its filters taken away), "
                + "in the same round; the median of these. The last column has the ratio of the run that stood here before, and how far this one is from it.", extent.rounds());
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

    /** How near the plainest code comes. */
    private void floor(Map<Peer, Measured> handshake) {
        line("Opened and closed by hand, without a check, a session or an endpoint, a connection takes %.2f of what Tomcat's own WebSocket takes, and Changeover %.2f of "
                + "what it takes by hand. [tuning.md](tuning.md) has the profile.",
                handshake.get(Peer.HAND_WRITTEN).ratio(handshake.get(Peer.TOMCAT)), handshake.get(Peer.CHANGEOVER).ratio(handshake.get(Peer.HAND_WRITTEN)));
        line("");
    }

    private void rates() {
        line("## Messages in a second");
        line("");
        line("The client has the other processors, or a share of the same: these say less than the table above.");
        line("");
        table(Stream.concat(Stream.of(""), titles()));
        rows.forEach((row, measured) -> line("| %s | %s |", row.title(), cells(measured, what -> String.format(Locale.ROOT, "%,.0f", what.rate()))));
        line("");
    }

    private void delays(Map<Peer, Latency> latency) {
        line("## Delay at a fixed rate");
        line("");
        line("Microseconds that a WebSocket message of 32 B is away, at %,d messages a second over %d connections, whatever the server does; "
                + "each counts from when it was due. Median of %d interleaved rounds.", Latency.RATE, Latency.CONNECTIONS, extent.rounds());
        line("");
        table(Stream.of("", "p50", "p99", "p99.9"));
        latency.forEach((peer, of) -> line("| %s | %s | %s | %s |", peer.title(), micros(of.p50()), micros(of.p99()), micros(of.p999())));
        line("");
    }

    private void idle() {
        line("## Heap for an idle connection");
        line("");
        line("KB of 1000 bytes that live after collections, with %,d connections that have switched and say nothing.", extent.idlers());
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
        line("With %,d idle WebSocket connections and %,d that talk (32 B, 1 in flight: %,.0f messages a second) none was dropped.", held.idle(), held.active(), held.rate());
        line("");
    }

    private void method() {
        line("## How");
        line("");
        line("- Every server is a JVM of its own; all run, one is measured at a time, and the rounds of a row go from peer to peer.");
        line("- The client is one thread without blocking, in another process; it compares every byte that comes back, and an error ends the run.");
        line("- First each row is warmed up for %.1f s at each peer, the single small message twice, the handshake three times as long; then come the rounds, each of all rows, with %.1f s for each figure.",
                extent.warm().toMillis() / 1000.0, extent.measure().toMillis() / 1000.0);
        line("- Tomcat is as it comes, on its NIO connector, but takes 20,000 connections and any number of requests on each. Changeover is the WAR as it is built. Servers log warnings only.");
        line("- A handshake is a whole short life: connection, opening handshake, Close frame, its answer. By hand it is the plainest HttpUpgradeHandler: no check, no session, no endpoint.");
        line("- No message is compressed. The figures are for comparing within one run: another machine has others.");
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
