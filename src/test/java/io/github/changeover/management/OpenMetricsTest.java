package io.github.changeover.management;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.connection.ConnectionRegistry;
import io.github.changeover.connection.MemoryBudget;
import io.github.changeover.eventloop.EventLoops;
import io.github.changeover.negotiation.Explanation.Ground;
import io.github.changeover.negotiation.Explanation.Outcome;
import io.github.changeover.spi.CloseCause;
import io.github.changeover.spi.ProtocolToken;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The text that a scrape gets. OperationsIT parses it. */
class OpenMetricsTest {
    private static final StartReport REPORT = new StartReport("A \"server\" \\ of\ntwo lines", "", "Plain", "none known", "virtual", Map.of(), List.of(), List.of());

    @Test
    void writesAllMetrics() {
        Map<CloseCause.Kind, Long> closed = new EnumMap<>(Map.of(CloseCause.Kind.PEER, 3L, CloseCause.Kind.HANDLER_FAILED, 1L));
        MetricsSnapshot counts = new MetricsSnapshot(new TreeMap<>(Map.of("foo/2", 2L, "other", 0L)), new TreeMap<>(Map.of("foo/2", 6L, "other", 0L)), closed,
                new EnumMap<>(Map.of(Outcome.SWITCHED, Map.of(Ground.AGREED, 6L), Outcome.IGNORED, Map.of())), 10, 20, 5, 7, 9, 1, new EventLoops.State(2, 3, 4), true,
                new DurationBuckets(List.of(0.001, 5.0), List.of(4L, 5L, 6L), 7.5), new DurationBuckets(List.of(1.0), List.of(0L, 4L), 80), new DurationBuckets(List.of(0.1), List.of(1L, 2L), 0.5),
                new TopicCounts(1, 2, 3, 4, 5, new TopicCounts.Relay("redis", TopicCounts.RelayState.UP, 6, 7, 8, 9, 10, 11, 12)));
        assertThat(OpenMetrics.write(counts, REPORT)).isEqualTo("""
                # TYPE changeover info
                # HELP changeover The server and the edge in use.
                changeover_info{server="A \\"server\\" \\\\ of\\ntwo lines",edge="Plain"} 1
                # TYPE changeover_draining gauge
                # HELP changeover_draining Whether new connections are rejected because the application is draining.
                changeover_draining 1
                # TYPE changeover_connections gauge
                # HELP changeover_connections Open switched connections.
                changeover_connections{protocol="foo/2"} 2
                changeover_connections{protocol="other"} 0
                # TYPE changeover_opened counter
                # HELP changeover_opened Switched connections that were opened.
                changeover_opened_total{protocol="foo/2"} 6
                changeover_opened_total{protocol="other"} 0
                # TYPE changeover_closed counter
                # HELP changeover_closed Switched connections that were closed, by cause.
                changeover_closed_total{cause="peer"} 3
                changeover_closed_total{cause="handler_failed"} 1
                # TYPE changeover_decisions counter
                # HELP changeover_decisions Upgrade decisions, by outcome and reason.
                changeover_decisions_total{outcome="switched",reason="agreed"} 6
                # TYPE changeover_received_bytes counter
                # UNIT changeover_received_bytes bytes
                # HELP changeover_received_bytes Bytes received on switched connections.
                changeover_received_bytes_total 10
                # TYPE changeover_sent_bytes counter
                # UNIT changeover_sent_bytes bytes
                # HELP changeover_sent_bytes Bytes passed to the container on switched connections.
                changeover_sent_bytes_total 20
                # TYPE changeover_queued_bytes gauge
                # UNIT changeover_queued_bytes bytes
                # HELP changeover_queued_bytes Bytes queued for slow clients.
                changeover_queued_bytes 5
                # TYPE changeover_memory_bytes gauge
                # UNIT changeover_memory_bytes bytes
                # HELP changeover_memory_bytes Bytes of unfinished messages, queued output and captured responses in memory.
                changeover_memory_bytes 7
                # TYPE changeover_memory_max_bytes gauge
                # UNIT changeover_memory_max_bytes bytes
                # HELP changeover_memory_max_bytes The memory limit in bytes (changeover.memory.max).
                changeover_memory_max_bytes 9
                # TYPE changeover_slow_writes counter
                # HELP changeover_slow_writes How often an output queue exceeded its limit.
                changeover_slow_writes_total 1
                # TYPE changeover_loops gauge
                # HELP changeover_loops Event loops that run.
                changeover_loops 2
                # TYPE changeover_loop_connections gauge
                # HELP changeover_loop_connections Switched connections whose events an event loop reports.
                changeover_loop_connections 3
                # TYPE changeover_loop_handovers counter
                # HELP changeover_loop_handovers How often an event loop was given to another thread because a callback blocked.
                changeover_loop_handovers_total 4
                # TYPE changeover_topics gauge
                # HELP changeover_topics Topics with members on this node.
                changeover_topics 1
                # TYPE changeover_topic_members gauge
                # HELP changeover_topic_members Memberships of connections of this node in topics.
                changeover_topic_members 2
                # TYPE changeover_topic_published counter
                # HELP changeover_topic_published Messages that this node has published in topics.
                changeover_topic_published_total 3
                # TYPE changeover_topic_dropped counter
                # HELP changeover_topic_dropped Messages of topics that slow members have not received.
                changeover_topic_dropped_total 4
                # TYPE changeover_relay_up gauge
                # HELP changeover_relay_up Whether the relay to other nodes is connected.
                changeover_relay_up 1
                # TYPE changeover_relay_nodes gauge
                # HELP changeover_relay_nodes Other nodes that respond through the relay.
                changeover_relay_nodes 6
                # TYPE changeover_relay_sent counter
                # HELP changeover_relay_sent Messages that were passed to the relay.
                changeover_relay_sent_total 7
                # TYPE changeover_relay_unsent counter
                # HELP changeover_relay_unsent Messages that reached this node only, because the relay was down or its queue was full.
                changeover_relay_unsent_total 8
                # TYPE changeover_relay_received counter
                # HELP changeover_relay_received Messages of other nodes that were delivered.
                changeover_relay_received_total 9
                # TYPE changeover_relay_lost counter
                # HELP changeover_relay_lost Messages of other nodes that are known to be lost.
                changeover_relay_lost_total 10
                # TYPE changeover_relay_nodes_lost counter
                # HELP changeover_relay_nodes_lost How often another node has stopped to respond.
                changeover_relay_nodes_lost_total 11
                # TYPE changeover_relay_invalid counter
                # HELP changeover_relay_invalid Messages of the relay that were dropped because they were malformed or wrongly signed.
                changeover_relay_invalid_total 12
                # TYPE changeover_negotiation_seconds histogram
                # UNIT changeover_negotiation_seconds seconds
                # HELP changeover_negotiation_seconds Duration of negotiations.
                changeover_negotiation_seconds_bucket{le="0.001"} 4
                changeover_negotiation_seconds_bucket{le="5.0"} 5
                changeover_negotiation_seconds_bucket{le="+Inf"} 6
                changeover_negotiation_seconds_count 6
                changeover_negotiation_seconds_sum 7.5
                # TYPE changeover_connection_seconds histogram
                # UNIT changeover_connection_seconds seconds
                # HELP changeover_connection_seconds How long closed connections were open.
                changeover_connection_seconds_bucket{le="1.0"} 0
                changeover_connection_seconds_bucket{le="+Inf"} 4
                changeover_connection_seconds_count 4
                changeover_connection_seconds_sum 80.0
                # TYPE changeover_ping_seconds histogram
                # UNIT changeover_ping_seconds seconds
                # HELP changeover_ping_seconds How long clients took to answer pings.
                changeover_ping_seconds_bucket{le="0.1"} 1
                changeover_ping_seconds_bucket{le="+Inf"} 2
                changeover_ping_seconds_count 2
                changeover_ping_seconds_sum 0.5
                # EOF
                """);
    }

    @Test
    void labelsNeverContainInputOfAPeer() {
        Metrics tally = new Metrics(List.of(ProtocolToken.of("foo/2"), ProtocolToken.of("FOO/2")));
        for (int i = 0; i < 1000; i++) tally.decided(UpgradeManagementTest.explanation("/" + i, Outcome.IGNORED, Ground.NOT_SERVED), Duration.ZERO);
        MetricsSnapshot counts = tally.read(new ConnectionRegistry(), new MemoryBudget(1), EventLoops.State.NONE, TopicCounts.NONE);
        assertThat(counts.live().keySet()).containsExactly("foo/2", "other");
        assertThat(counts.decisions().get(Outcome.IGNORED)).containsExactly(Map.entry(Ground.NOT_SERVED, 1000L));
        assertThat(counts.decided(Outcome.IGNORED)).isEqualTo(1000);
        assertThat(counts.negotiation().count()).isEqualTo(1000);
    }
}
