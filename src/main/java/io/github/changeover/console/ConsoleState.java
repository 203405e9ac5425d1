package io.github.changeover.console;

import io.github.changeover.management.ConnectionView;
import io.github.changeover.management.DecisionRecord;
import io.github.changeover.management.MetricsSnapshot;
import io.github.changeover.management.ResponseSummary;
import io.github.changeover.management.StartReport;
import io.github.changeover.management.TopicCounts;
import io.github.changeover.management.TopicView;
import io.github.changeover.management.UpgradeManagement;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Converts the data of the page to maps for JSON. */
final class ConsoleState {
    static final int MAX_CONNECTIONS = 500;
    static final int MAX_DECISIONS = 200;
    static final int MAX_TOPICS = 50;
    private static final int REPEATED_DECISIONS = 20;

    private ConsoleState() {
    }

    /** Returns the data that does not change while the application runs, and the token that commands need. */
    static Map<String, Object> about(StartReport report, String token, long instance) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("instance", instance);
        map.put("token", token);
        map.put("server", report.server());
        map.put("context", report.context());
        map.put("edge", report.adapter());
        map.put("deviations", report.deviations());
        map.put("threads", report.threads());
        map.put("settings", report.settings());
        map.put("libraries", report.libraries());
        map.put("paths", report.paths().stream().map(path -> Map.of("template", path.template(), "protocols", path.protocols(), "terms", path.conditions())).toList());
        return map;
    }

    /**
     * The data that changes.
     *
     * @param decision the number after which the next update continues. Every decision up to this number has a response, or is not one of
     *                 the latest 20
     * @param sample   the time after which the samples of the next update start
     */
    record Changes(Map<String, Object> map, long decision, long sample) {
        /** Returns the decisions after a number and the samples after a time. */
        static Changes of(UpgradeManagement seen, ChartHistory samples, long instance, long decision, long sample) {
            List<ConnectionView> live = seen.connections();
            List<DecisionRecord> decisions = seen.decisionsAfter(decision);
            List<List<Long>> fresh = samples.after(sample);
            MetricsSnapshot counts = seen.counts();
            Map<String, Object> map = new LinkedHashMap<>();
            map.put("instance", instance);
            map.put("now", System.currentTimeMillis());
            map.put("draining", seen.draining());
            map.put("off", seen.switchedOff());
            map.put("counts", counts(counts));
            map.put("topics", topics(counts.topics(), seen.largestTopics(MAX_TOPICS)));
            map.put("live", live.size());
            map.put("connections", live.stream().limit(MAX_CONNECTIONS).map(ConsoleState::connection).toList());
            map.put("decisions", decisions.stream().limit(MAX_DECISIONS).map(ConsoleState::decision).toList());
            map.put("samples", fresh);
            return new Changes(map, lastComplete(decisions, decision), fresh.isEmpty() ? sample : fresh.get(fresh.size() - 1).get(0));
        }

        /**
         * A response is known later than its decision, and sometimes never. Therefore the latest decisions are sent again while a response
         * is missing.
         */
        private static long lastComplete(List<DecisionRecord> latestFirst, long before) {
            if (latestFirst.isEmpty()) return before;
            long open = latestFirst.stream().limit(REPEATED_DECISIONS).filter(decided -> decided.response().isEmpty()).mapToLong(DecisionRecord::number).min().orElse(Long.MAX_VALUE);
            return Math.min(open - 1, latestFirst.get(0).number());
        }
    }

    private static Map<String, Object> counts(MetricsSnapshot counts) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("opened", counts.opened());
        map.put("live", counts.live());
        Map<String, Long> closed = new TreeMap<>();
        counts.closed().forEach((kind, count) -> closed.put(word(kind), count));
        map.put("closed", closed);
        Map<String, Object> decisions = new TreeMap<>();
        counts.decisions().forEach((outcome, grounds) -> {
            Map<String, Long> some = new TreeMap<>();
            grounds.forEach((ground, count) -> some.put(word(ground), count));
            decisions.put(word(outcome), some);
        });
        map.put("decisions", decisions);
        map.put("bytesIn", counts.bytesIn());
        map.put("bytesOut", counts.bytesOut());
        map.put("queued", counts.queued());
        map.put("memory", counts.memory());
        map.put("memoryMax", counts.memoryMax());
        map.put("slowWrites", counts.slowWrites());
        map.put("loops", Map.of("running", counts.loopsRunning(), "connections", counts.loopConnections(), "handovers", counts.loopHandovers()));
        return map;
    }

    /** Returns the counters of topics and of their relay, if there is one, and the largest topics. */
    static Map<String, Object> topics(TopicCounts counts, List<TopicView> largest) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("topics", counts.topics());
        map.put("members", counts.members());
        map.put("published", counts.published());
        map.put("dropped", counts.dropped());
        if (counts.relay().state() != TopicCounts.RelayState.NONE) map.put("relay", relay(counts.relay()));
        map.put("largest", largest.stream().map(ConsoleState::topic).toList());
        return map;
    }

    private static Map<String, Object> relay(TopicCounts.Relay relay) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("name", relay.name());
        map.put("state", word(relay.state()));
        map.put("nodes", relay.nodes());
        map.put("sent", relay.sent());
        map.put("unsent", relay.unsent());
        map.put("received", relay.received());
        map.put("lost", relay.lost());
        map.put("nodesLost", relay.nodesLost());
        map.put("invalid", relay.invalid());
        return map;
    }

    private static Map<String, Object> topic(TopicView view) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("name", view.name());
        map.put("members", view.members());
        map.put("membersOfAllNodes", view.membersOfAllNodes());
        map.put("dropped", view.dropped());
        return map;
    }

    private static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    private static Map<String, Object> connection(ConnectionView view) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("id", view.id());
        map.put("protocol", view.protocol());
        map.put("path", view.path());
        map.put("remote", view.remote());
        map.put("user", view.user());
        map.put("since", view.since().toEpochMilli());
        map.put("idle", view.idle().toMillis());
        map.put("in", view.bytesIn());
        map.put("out", view.bytesOut());
        map.put("queued", view.queued());
        view.roundTrip().ifPresent(time -> map.put("roundTrip", time.toNanos() / 1000));
        return map;
    }

    static Map<String, Object> decision(DecisionRecord decided) {
        Map<String, Object> map = new LinkedHashMap<>(decided.explanation().asMap());
        map.put("number", decided.number());
        map.put("when", decided.when().toEpochMilli());
        map.put("micros", decided.took().toNanos() / 1000);
        map.put("remote", decided.remote());
        decided.response().ifPresent(head -> map.put("answer", response(head)));
        return map;
    }

    private static Map<String, Object> response(ResponseSummary head) {
        return Map.of("status", head.status(), "fields", head.fields().stream().map(field -> List.of(field.name(), field.value())).toList());
    }
}
