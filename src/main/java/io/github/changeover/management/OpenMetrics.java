package io.github.changeover.management;

import io.github.changeover.negotiation.Explanation.Ground;
import io.github.changeover.negotiation.Explanation.Outcome;
import java.util.Locale;
import java.util.Map;

/**
 * Writes the counters as OpenMetrics text. The metric names are stable. The number of values of each label is bounded by the rules and the
 * enums.
 *
 * <pre>
 * # TYPE changeover_decisions counter
 * changeover_decisions_total{outcome="switched",reason="agreed"} 12
 * </pre>
 */
public final class OpenMetrics {
    public static final String TYPE = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    private final StringBuilder text = new StringBuilder(4096);

    private OpenMetrics() {
    }

    public static String write(MetricsSnapshot counts, StartReport report) {
        return new OpenMetrics().all(counts, report);
    }

    private String all(MetricsSnapshot counts, StartReport report) {
        family("changeover", "info", "", "The server and the edge in use.");
        sample("changeover_info", "1", "server", report.server(), "edge", report.adapter());
        family("changeover_draining", "gauge", "", "Whether new connections are rejected because the application is draining.");
        sample("changeover_draining", counts.draining() ? "1" : "0");
        family("changeover_connections", "gauge", "", "Open switched connections.");
        counts.live().forEach((protocol, number) -> sample("changeover_connections", number, "protocol", protocol));
        family("changeover_opened", "counter", "", "Switched connections that were opened.");
        counts.opened().forEach((protocol, number) -> sample("changeover_opened_total", number, "protocol", protocol));
        family("changeover_closed", "counter", "", "Switched connections that were closed, by cause.");
        counts.closed().forEach((cause, number) -> sample("changeover_closed_total", number, "cause", word(cause)));
        family("changeover_decisions", "counter", "", "Upgrade decisions, by outcome and reason.");
        for (Map.Entry<Outcome, Map<Ground, Long>> outcome : counts.decisions().entrySet()) {
            outcome.getValue().forEach((ground, number) ->
                    sample("changeover_decisions_total", number, "outcome", word(outcome.getKey()), "reason", word(ground)));
        }
        family("changeover_received_bytes", "counter", "bytes", "Bytes received on switched connections.");
        sample("changeover_received_bytes_total", counts.bytesIn());
        family("changeover_sent_bytes", "counter", "bytes", "Bytes passed to the container on switched connections.");
        sample("changeover_sent_bytes_total", counts.bytesOut());
        family("changeover_queued_bytes", "gauge", "bytes", "Bytes queued for slow clients.");
        sample("changeover_queued_bytes", counts.queued());
        family("changeover_memory_bytes", "gauge", "bytes", "Bytes of unfinished messages, queued output and captured responses in memory.");
        sample("changeover_memory_bytes", counts.memory());
        family("changeover_memory_max_bytes", "gauge", "bytes", "The memory limit in bytes (changeover.memory.max).");
        sample("changeover_memory_max_bytes", counts.memoryMax());
        family("changeover_slow_writes", "counter", "", "How often an output queue exceeded its limit.");
        sample("changeover_slow_writes_total", counts.slowWrites());
        family("changeover_loops", "gauge", "", "Event loops that run.");
        sample("changeover_loops", counts.loops().running());
        family("changeover_loop_connections", "gauge", "", "Switched connections whose events an event loop reports.");
        sample("changeover_loop_connections", counts.loops().connections());
        family("changeover_loop_handovers", "counter", "", "How often an event loop was given to another thread because a callback blocked.");
        sample("changeover_loop_handovers_total", counts.loops().handovers());
        topics(counts.topics());
        histogram("changeover_negotiation_seconds", "Duration of negotiations.", counts.negotiation());
        histogram("changeover_connection_seconds", "How long closed connections were open.", counts.openTime());
        histogram("changeover_ping_seconds", "How long clients took to answer pings.", counts.ping());
        return text.append("# EOF\n").toString();
    }

    private void topics(TopicCounts counts) {
        family("changeover_topics", "gauge", "", "Topics with members on this node.");
        sample("changeover_topics", counts.topics());
        family("changeover_topic_members", "gauge", "", "Memberships of connections of this node in topics.");
        sample("changeover_topic_members", counts.members());
        family("changeover_topic_published", "counter", "", "Messages that this node has published in topics.");
        sample("changeover_topic_published_total", counts.published());
        family("changeover_topic_dropped", "counter", "", "Messages of topics that slow members have not received.");
        sample("changeover_topic_dropped_total", counts.dropped());
        family("changeover_relay_up", "gauge", "", "Whether the relay to other nodes is connected.");
        sample("changeover_relay_up", counts.relay().isUp() ? 1 : 0);
        family("changeover_relay_nodes", "gauge", "", "Other nodes that respond through the relay.");
        sample("changeover_relay_nodes", counts.relay().nodes());
        family("changeover_relay_sent", "counter", "", "Messages that were passed to the relay.");
        sample("changeover_relay_sent_total", counts.relay().sent());
        family("changeover_relay_unsent", "counter", "", "Messages that reached this node only, because the relay was down or its queue was full.");
        sample("changeover_relay_unsent_total", counts.relay().unsent());
        family("changeover_relay_received", "counter", "", "Messages of other nodes that were delivered.");
        sample("changeover_relay_received_total", counts.relay().received());
        family("changeover_relay_lost", "counter", "", "Messages of other nodes that are known to be lost.");
        sample("changeover_relay_lost_total", counts.relay().lost());
        family("changeover_relay_nodes_lost", "counter", "", "How often another node has stopped to respond.");
        sample("changeover_relay_nodes_lost_total", counts.relay().nodesLost());
        family("changeover_relay_invalid", "counter", "", "Messages of the relay that were dropped because they were malformed or wrongly signed.");
        sample("changeover_relay_invalid_total", counts.relay().invalid());
    }

    private void family(String name, String type, String unit, String help) {
        text.append("# TYPE ").append(name).append(' ').append(type).append('\n');
        if (!unit.isEmpty()) text.append("# UNIT ").append(name).append(' ').append(unit).append('\n');
        text.append("# HELP ").append(name).append(' ').append(help).append('\n');
    }

    private void histogram(String name, String help, DurationBuckets times) {
        family(name, "histogram", "seconds", help);
        for (int i = 0; i < times.buckets().size(); i++) {
            String bound = i < times.bounds().size() ? times.bounds().get(i).toString() : "+Inf";
            sample(name + "_bucket", times.buckets().get(i), "le", bound);
        }
        sample(name + "_count", times.count());
        sample(name + "_sum", Double.toString(times.sum()));
    }

    private void sample(String name, long value, String... labels) {
        sample(name, Long.toString(value), labels);
    }

    private void sample(String name, String value, String... labels) {
        text.append(name);
        for (int i = 0; i < labels.length; i += 2) {
            text.append(i == 0 ? '{' : ',').append(labels[i]).append("=\"");
            escape(labels[i + 1]);
            text.append('"');
        }
        text.append(labels.length > 0 ? "} " : " ").append(value).append('\n');
    }

    private void escape(String label) {
        for (int i = 0; i < label.length(); i++) {
            char c = label.charAt(i);
            switch (c) {
                case '\\' -> text.append("\\\\");
                case '"' -> text.append("\\\"");
                case '\n' -> text.append("\\n");
                default -> text.append(c);
            }
        }
    }

    private static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
