package io.github.changeover.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The result of a run in the form of docs/performance.md, with its charts. */
final class Report {
    private final Extent extent;
    private final Results results;
    private final Charts charts;
    private final StringBuilder text = new StringBuilder();

    Report(Extent extent, Results results, Earlier earlier) {
        this.extent = extent;
        this.results = results;
        this.charts = new Charts(results);
        head();
        bars(Bar.of(results), earlier);
        if (!results.rows.isEmpty()) messages();
        if (!results.coldStart.isEmpty()) coldStart();
        if (!results.delays.isEmpty()) delays();
        if (!results.memory.isEmpty()) idle();
        results.held().ifPresent(this::held);
        if (!results.otherJvms.isEmpty()) otherJvms();
        method();
    }

    /** Writes performance.md and the charts. */
    void write(Path directory) throws IOException {
        Files.createDirectories(directory);
        charts.write(directory);
        Files.writeString(directory.resolve("performance.md"), text);
    }

    @Override
    public String toString() {
        return text.toString();
    }

    private void head() {
        line("# Performance");
        line("");
        line("Written by `./mvnw -Pbench -Dbench=%s` on %s in %d minutes. Each run replaces this file and its charts, except the sections of `fanout` and `nodes` at its end.", extent.name(), LocalDate.now(), (Progress.seconds() + 30) / 60);
        line("");
        line("- Machine: %s, %d of its processors, %s %s", Machine.processor(), Runtime.getRuntime().availableProcessors(), Machine.property("os.name"), Machine.property("os.version"));
        line("- JVM: %s %s, `%s` for every server", Machine.property("java.vm.name"), Machine.property("java.vm.version"), String.join(" ", Jvm.DEFAULT.flags()));
        line("- Versions: %s", Arrays.stream(Machine.property("bench.versions").split(",")).map(version -> version.replace('=', ' ')).collect(Collectors.joining(", ")));
        line("");
    }

    private void bars(List<Bar> bars, Earlier earlier) {
        if (bars.isEmpty()) return;
        long missed = bars.stream().filter(bar -> !bar.isMet()).count();
        line("## What is to be reached");
        line("");
        line("%d of %d bars are met%s. A ratio compares Changeover on Tomcat, unless another server is named, with the server after \"to\": server CPU time in the same round, and the median of the rounds. "
                + "The last column shows the previous run and the difference from it.", bars.size() - missed, bars.size(), missed == 0 ? "" : ", " + missed + " are missed");
        line("");
        text.append(Table.head(List.of("", Earlier.COLUMN, "at most", "met", "run before")));
        for (Bar bar : bars) {
            text.append(Table.line(List.of(bar.title(), String.format(Locale.ROOT, "%.3f", bar.measured()), Double.toString(bar.limit()), bar.isMet() ? "yes" : "**no**",
                    earlier.of(bar).map(before -> String.format(Locale.ROOT, "%.3f (%+.0f %%)", before, 100 * (bar.measured() / before - 1))).orElse(Table.NONE))));
        }
        line("");
    }

    private void messages() {
        line("## CPU time of the server for each message");
        line("");
        text.append(charts.markdown("messages")).append(charts.markdown("payara")).append(charts.markdown("broadcast"));
        line("Microseconds, user and system, median of %d interleaved rounds; the minimum and the maximum in parentheses. \"Written by hand\" is the simplest `HttpUpgradeHandler` for the raw rows, "
                + "and the same WAR without the filters for GET. In a broadcast, each delivered message counts.", extent.rounds());
        line("");
        rows(Table::range);
        if (results.rows.containsKey(Row.HANDSHAKE)) floor(results.rows.get(Row.HANDSHAKE));
        line("## Messages in a second");
        line("");
        line("The client runs on the same machine and shares its processors. Therefore these figures are less exact than the table above.");
        line("");
        rows(what -> String.format(Locale.ROOT, "%,.0f", what.rate()));
    }

    /** Compares the handshake with hand-written code. */
    private void floor(Map<Peer, Measured> handshake) {
        line("Opening and closing a connection with hand-written code, without checks, session or endpoint, costs %.2f of Tomcat's own WebSocket. Changeover costs %.2f of "
                + "the hand-written code. [tuning.md](tuning.md) has the profile.",
                handshake.get(Peer.HAND_WRITTEN).ratio(handshake.get(Peer.TOMCAT)), handshake.get(Peer.CHANGEOVER).ratio(handshake.get(Peer.HAND_WRITTEN)));
        line("");
    }

    private void coldStart() {
        line("## A cold start");
        line("");
        line("Microseconds of the server's CPU time for each of the first %,d connections of a new JVM, opened and closed, 16 at a time. Median of %d new JVMs; the minimum and the maximum in parentheses.",
                extent.sessions(ColdStart.HANDSHAKES), extent.rounds());
        line("");
        text.append(Table.head(List.of("", "µs")));
        results.coldStart.forEach((peer, measured) -> text.append(Table.line(List.of(peer.title(), Table.range(measured)))));
        line("");
    }

    private void delays() {
        line("## Delay at a fixed rate");
        line("");
        for (Delay delay : results.delays.keySet()) text.append(charts.markdown("delay-" + delay.name().toLowerCase(Locale.ROOT)));
        line("Microseconds from the due time of a WebSocket message of 32 B until its echo arrives, at %,d messages a second. "
                + "The rate does not depend on the server. Median of %d interleaved rounds.", Delay.RATE, extent.rounds());
        line("");
        text.append(Table.head(List.of("", "p50", "p90", "p99", "p99.9")));
        results.delays.forEach((delay, peers) -> peers.forEach((peer, of) -> text.append(Table.line(Stream.concat(Stream.of(delay.title() + ": " + peer.title()),
                Stream.of(of.p50(), of.p90(), of.p99(), of.p999()).map(Table::micros)).toList()))));
        line("");
    }

    private void idle() {
        line("## Heap for an idle connection");
        line("");
        text.append(charts.markdown("memory"));
        line("KB (1000 bytes) of live objects after garbage collection, in all: of Changeover, of the container and of the WebSocket library, with %,d idle connections after the upgrade.", extent.idlers());
        line("");
        text.append(Table.head(List.of("", "WebSocket", "raw")));
        for (Peer peer : Peer.RECORDED) {
            if (results.idle(peer, true).or(() -> results.idle(peer, false)).isPresent()) text.append(Table.line(List.of(peer.title(), kilobytes(peer, true), kilobytes(peer, false))));
        }
        line("");
    }

    private String kilobytes(Peer peer, boolean webSocket) {
        return results.idle(peer, webSocket).map(bytes -> String.format(Locale.ROOT, "%.1f", bytes / 1000)).orElse(Table.NONE);
    }

    private void held(Held held) {
        line("With %,d idle WebSocket connections and %,d active ones (32 B, 1 in flight: %,.0f messages a second) no connection was dropped.", held.idle(), held.active(), held.rate());
        line("");
    }

    private void otherJvms() {
        line("## Other JVMs and garbage collectors");
        line("");
        line("The message rows with each of these JVMs, as above, median of %d rounds. All servers of a line have the same JVM and the same heap.", extent.shorter().rounds());
        line("");
        results.otherJvms.forEach((jvm, rows) -> {
            List<Peer> peers = rows.values().stream().flatMap(row -> row.keySet().stream()).distinct().toList();
            text.append(Table.head(Stream.concat(Stream.concat(Stream.of(jvm.title()), peers.stream().map(Peer::title)), Stream.of("to Tomcat", "to Netty")).toList()));
            rows.forEach((row, measured) -> {
                List<String> cells = new ArrayList<>(List.of(row.title()));
                for (Peer peer : peers) cells.add(Table.range(measured.get(peer)));
                for (Peer peer : List.of(Peer.TOMCAT, Peer.NETTY)) cells.add(String.format(Locale.ROOT, "%.2f", measured.get(Peer.CHANGEOVER).ratio(measured.get(peer))));
                text.append(Table.line(cells));
            });
            line("");
        });
    }

    private void method() {
        line("## How");
        line("");
        line("- Each server runs in its own JVM. All servers run all the time, one is measured at a time, and the rounds of a row alternate between the servers.");
        line("- The client is another process with one non-blocking thread, and one more for the sessions that disturb the server. It compares every byte that it receives. An error ends the run.");
        line("- First, each row is warmed up for %.1f s on each server; the single small message twice as long, the handshake three times as long. Then the rounds follow. Each round measures all rows, %.1f s for each figure.",
                extent.warm().toMillis() / 1000.0, extent.measure().toMillis() / 1000.0);
        line("- Tomcat has its default configuration and its NIO connector, except for a limit of 20,000 connections and no limit for requests on a connection. Changeover is the WAR of the build. Servers log only warnings.");
        if (results.rows.values().stream().anyMatch(row -> row.containsKey(Peer.PAYARA))) line("- Payara is the embedded Payara 6 of the integration tests with its own domain.xml: one listener on 127.0.0.1, no data grid. \"Payara's own WebSocket\" is the same endpoint in a WAR without Changeover.");
        line("- \"Opened and closed\" is a complete connection: connect, opening handshake, Close frame, Close frame of the server. \"Written by hand\" is the simplest HttpUpgradeHandler: no check, no session, no endpoint.");
        line("- A broadcast is the loop `for (Session session : sessions) session.getAsyncRemote().sendText(text)`, with Netty a `ChannelGroup`. The next message is sent when all sessions have received the previous one. "
                + "Compressed: the client offers `permessage-deflate; server_no_context_takeover`. \"Compressed for each session\" is Changeover with `changeover.websocket.deflate.shared=false`. The messages of no other row are compressed.");
        line("- Idle connections are measured when the heap no longer changes, at 10, 25, 50 and 100 %% of the connections. The figure for one connection is the slope from the first point to the last.");
        line("- Compare figures only within one run; another machine has other figures.");
    }

    private interface Cell {
        String of(Measured measured);
    }

    /** Adds a table with a column for each server that was measured, and a line for each row. */
    private void rows(Cell cell) {
        List<Peer> peers = Stream.of(Peer.values()).filter(peer -> results.rows.values().stream().anyMatch(row -> row.containsKey(peer))).toList();
        text.append(Table.head(Stream.concat(Stream.of(""), peers.stream().map(Peer::title)).toList()));
        results.rows.forEach((row, measured) -> text.append(Table.line(Stream.concat(Stream.of(row.title()),
                peers.stream().map(peer -> Optional.ofNullable(measured.get(peer)).map(cell::of).orElse(Table.NONE))).toList())));
        line("");
    }

    private void line(String format, Object... values) {
        text.append(String.format(Locale.ROOT, format, values)).append('\n');
    }
}
