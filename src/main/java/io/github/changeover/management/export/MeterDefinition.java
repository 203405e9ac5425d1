package io.github.changeover.management.export;

import io.github.changeover.management.DurationBuckets;
import io.github.changeover.management.MetricsSnapshot;
import io.github.changeover.negotiation.Explanation.Ground;
import io.github.changeover.negotiation.Explanation.Outcome;
import io.github.changeover.spi.CloseCause;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/** A meter, independent of the metrics library. The names and labels are those of the OpenMetrics text, with dots. */
sealed interface MeterDefinition {
    /**
     * A number.
     *
     * @param unit     the unit; empty for none
     * @param countsUp whether the number only grows
     */
    record Number(String name, String unit, String help, Map<String, String> labels, boolean countsUp, ToDoubleFunction<MetricsSnapshot> value) implements MeterDefinition {
    }

    /** The number and the total time of events. */
    record Time(String name, String help, Function<MetricsSnapshot, DurationBuckets> value) implements MeterDefinition {
    }

    /** Returns the key that identifies the meter. */
    default String key() {
        return this instanceof Number number ? number.name + " " + new TreeMap<>(number.labels) : ((Time) this).name;
    }

    /** Returns all meters. Their number is bounded by the rules and the enums. */
    static List<MeterDefinition> all(MetricsSnapshot counts) {
        List<MeterDefinition> all = new ArrayList<>();
        gauge(all, "changeover.draining", "", "Whether new connections are rejected because the application is draining.", now -> now.draining() ? 1 : 0);
        for (String protocol : counts.live().keySet()) {
            Map<String, String> labels = Map.of("protocol", protocol);
            all.add(new Number("changeover.connections", "", "Open switched connections.", labels, false, now -> now.live().getOrDefault(protocol, 0L)));
            all.add(new Number("changeover.opened", "", "Switched connections that were opened.", labels, true, now -> now.opened().getOrDefault(protocol, 0L)));
        }
        for (CloseCause.Kind cause : CloseCause.Kind.values()) {
            all.add(new Number("changeover.closed", "", "Switched connections that were closed, by cause.", Map.of("cause", word(cause)), true,
                    now -> now.closed().getOrDefault(cause, 0L)));
        }
        for (Outcome outcome : Outcome.values()) {
            for (Ground ground : Ground.values()) {
                if ((outcome == Outcome.SWITCHED) != (ground == Ground.AGREED)) continue;
                all.add(new Number("changeover.decisions", "", "Upgrade decisions, by outcome and reason.",
                        Map.of("outcome", word(outcome), "reason", word(ground)), true, now -> now.decisions().get(outcome).getOrDefault(ground, 0L)));
            }
        }
        counter(all, "changeover.received.bytes", "bytes", "Bytes received on switched connections.", MetricsSnapshot::bytesIn);
        counter(all, "changeover.sent.bytes", "bytes", "Bytes passed to the container on switched connections.", MetricsSnapshot::bytesOut);
        gauge(all, "changeover.queued.bytes", "bytes", "Bytes queued for slow clients.", MetricsSnapshot::queued);
        gauge(all, "changeover.memory.bytes", "bytes", "Bytes of unfinished messages, queued output and captured responses in memory.", MetricsSnapshot::memory);
        gauge(all, "changeover.memory.max.bytes", "bytes", "The memory limit in bytes (changeover.memory.max).", MetricsSnapshot::memoryMax);
        counter(all, "changeover.slow.writes", "", "How often an output queue exceeded its limit.", MetricsSnapshot::slowWrites);
        gauge(all, "changeover.loops", "", "Event loops that run.", MetricsSnapshot::loopsRunning);
        gauge(all, "changeover.loop.connections", "", "Switched connections whose events an event loop reports.", MetricsSnapshot::loopConnections);
        counter(all, "changeover.loop.handovers", "", "How often an event loop was given to another thread because a callback blocked.", MetricsSnapshot::loopHandovers);
        gauge(all, "changeover.topics", "", "Topics with members on this node.", now -> now.topics().topics());
        gauge(all, "changeover.topic.members", "", "Memberships of connections of this node in topics.", now -> now.topics().members());
        counter(all, "changeover.topic.published", "", "Messages that this node has published in topics.", now -> now.topics().published());
        counter(all, "changeover.topic.dropped", "", "Messages of topics that slow members have not received.", now -> now.topics().dropped());
        gauge(all, "changeover.relay.up", "", "Whether the relay to other nodes is connected.", now -> now.topics().relay().isUp() ? 1 : 0);
        gauge(all, "changeover.relay.nodes", "", "Other nodes that respond through the relay.", now -> now.topics().relay().nodes());
        counter(all, "changeover.relay.sent", "", "Messages that were passed to the relay.", now -> now.topics().relay().sent());
        counter(all, "changeover.relay.unsent", "", "Messages that reached this node only, because the relay was down or its queue was full.", now -> now.topics().relay().unsent());
        counter(all, "changeover.relay.received", "", "Messages of other nodes that were delivered.", now -> now.topics().relay().received());
        counter(all, "changeover.relay.lost", "", "Messages of other nodes that are known to be lost.", now -> now.topics().relay().lost());
        counter(all, "changeover.relay.nodes.lost", "", "How often another node has stopped to respond.", now -> now.topics().relay().nodesLost());
        counter(all, "changeover.relay.invalid", "", "Messages of the relay that were dropped because they were malformed or wrongly signed.", now -> now.topics().relay().invalid());
        all.add(new Time("changeover.negotiation", "Duration of negotiations.", MetricsSnapshot::negotiation));
        all.add(new Time("changeover.connection", "How long closed connections were open.", MetricsSnapshot::openTime));
        all.add(new Time("changeover.ping", "How long clients took to answer pings.", MetricsSnapshot::ping));
        return all;
    }

    private static void gauge(List<MeterDefinition> all, String name, String unit, String help, ToDoubleFunction<MetricsSnapshot> value) {
        all.add(new Number(name, unit, help, Map.of(), false, value));
    }

    private static void counter(List<MeterDefinition> all, String name, String unit, String help, ToDoubleFunction<MetricsSnapshot> value) {
        all.add(new Number(name, unit, help, Map.of(), true, value));
    }

    private static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
