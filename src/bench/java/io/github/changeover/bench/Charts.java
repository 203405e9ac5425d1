package io.github.changeover.bench;

import io.github.changeover.bench.chart.BarChart;
import io.github.changeover.bench.chart.Chart;
import io.github.changeover.bench.chart.LineChart;
import io.github.changeover.bench.chart.Theme;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** The charts of a report, by the name of their file. */
final class Charts {
    private static final List<Peer> WITH_TOMCAT = List.of(Peer.CHANGEOVER, Peer.TOMCAT, Peer.UNDERTOW, Peer.NETTY, Peer.UNSHARED);
    private static final List<Peer> WITH_PAYARA = List.of(Peer.CHANGEOVER, Peer.CHANGEOVER_PAYARA, Peer.PAYARA);
    private static final String SHORTER = "Microseconds of the server's CPU time; shorter is better. Each panel has its own scale.";
    private static final double MEGABYTE = 1_000_000;
    private final Map<String, Chart> charts = new LinkedHashMap<>();
    private final Results results;

    Charts(Results results) {
        this.results = results;
        bars("messages", "CPU time for each message", WITH_TOMCAT, results.rows.keySet().stream().filter(row -> row.peers().contains(Peer.NETTY) && !row.isBroadcast()).toList());
        bars("payara", "CPU time for each message on Payara", WITH_PAYARA, results.rows.keySet().stream().filter(row -> results.row(row, Peer.PAYARA).isPresent()).toList());
        bars("broadcast", "CPU time for each delivered message of a broadcast", WITH_TOMCAT, results.rows.keySet().stream().filter(Row::isBroadcast).toList());
        results.delays.forEach((delay, peers) -> charts.put("delay-" + delay.name().toLowerCase(Locale.ROOT), delays(delay, peers)));
        if (!results.memory.isEmpty()) charts.put("memory", memory());
    }

    /** Returns the lines of Markdown that show the chart, for light and dark pages; empty if there is no such chart. */
    String markdown(String name) {
        Chart chart = charts.get(name);
        if (chart == null) return "";
        String text = chart.description().replace("\"", "&quot;");
        return String.format("<picture>%n  <source media=\"(prefers-color-scheme: dark)\" srcset=\"%s\">%n  <img alt=\"%s\" src=\"%s\">%n</picture>%n%n",
                file(name, Theme.DARK), text, file(name, Theme.LIGHT)).replace("\r", "");
    }

    void write(Path directory) throws IOException {
        for (Map.Entry<String, Chart> chart : charts.entrySet()) {
            for (Theme theme : Theme.values()) Files.writeString(directory.resolve(file(chart.getKey(), theme)), chart.getValue().svg(theme));
        }
    }

    private static String file(String name, Theme theme) {
        return "performance-" + name + theme.suffix() + ".svg";
    }

    private void bars(String name, String title, List<Peer> peers, List<Row> rows) {
        List<BarChart.Panel> panels = new ArrayList<>();
        for (Row row : rows) {
            List<BarChart.Bar> bars = peers.stream().filter(peer -> results.row(row, peer).isPresent()).map(peer -> bar(row, peer)).toList();
            panels.add(new BarChart.Panel(row.title().replace("WebSocket, ", "").replace("Broadcast, ", ""), bars));
        }
        String values = panels.stream().map(panel -> panel.title() + ": " + panel.bars().stream().map(bar -> bar.name() + " " + bar.label()).collect(Collectors.joining(", ")))
                .collect(Collectors.joining(". "));
        if (!panels.isEmpty()) charts.put(name, new BarChart(title, SHORTER + " " + values + ".", panels));
    }

    private BarChart.Bar bar(Row row, Peer peer) {
        double micros = results.row(row, peer).orElseThrow().micros();
        return new BarChart.Bar(name(peer), color(peer), micros, Table.micros(micros) + " µs");
    }

    private static Chart delays(Delay delay, Map<Peer, Delay.Percentiles> peers) {
        List<LineChart.Series> series = new ArrayList<>();
        peers.forEach((peer, of) -> series.add(new LineChart.Series(name(peer), color(peer), false, List.of(of.p50(), of.p90(), of.p99(), of.p999()))));
        String values = peers.entrySet().stream().map(each -> each.getKey().title() + " p50 " + Table.micros(each.getValue().p50()) + ", p99 " + Table.micros(each.getValue().p99())).collect(Collectors.joining("; "));
        return new LineChart("Delay " + delay.beside(), "Percentiles in microseconds: " + values + ".",
                String.format(Locale.ROOT, "microseconds, logarithmic; %,d messages a second over %,d connections", Delay.RATE, delay.connections()), List.of("p50", "p90", "p99", "p99.9"), List.of(0.0, 1 / 3.0, 2 / 3.0, 1.0), series, true);
    }

    private Chart memory() {
        List<IdleMemory.Point> points = results.memory.get(0).points();
        int most = points.get(points.size() - 1).connections();
        List<LineChart.Series> series = new ArrayList<>();
        for (IdleMemory each : results.memory) {
            series.add(new LineChart.Series(name(each.peer()) + (each.webSocket() ? "" : ", raw") + String.format(Locale.ROOT, ", %.1f KB", each.bytes() / 1000), color(each.peer()), !each.webSocket(),
                    each.points().stream().map(point -> point.heap() / MEGABYTE).toList()));
        }
        String values = series.stream().map(LineChart.Series::label).collect(Collectors.joining("; "));
        return new LineChart("Heap by the number of idle connections", "Megabytes of live objects, WebSocket connections and raw ones: " + values + ".", "MB of live objects, with the KB for one connection; dashed: raw connections",
                points.stream().map(point -> String.format(Locale.ROOT, "%,d", point.connections())).toList(), points.stream().map(point -> point.connections() / (double) most).toList(), series, false);
    }

    private static int color(Peer peer) {
        return peer == Peer.UNSHARED ? Peer.RECORDED.indexOf(Peer.HAND_WRITTEN) : Peer.RECORDED.indexOf(peer);
    }

    private static String name(Peer peer) {
        return switch (peer) {
            case UNSHARED -> "Changeover, not shared";
            case HAND_WRITTEN -> "Tomcat, by hand";
            default -> peer.title();
        };
    }
}
