package io.github.changeover.management;

import io.github.changeover.eventloop.EventLoops;
import io.github.changeover.negotiation.Explanation.Ground;
import io.github.changeover.negotiation.Explanation.Outcome;
import io.github.changeover.spi.CloseCause;
import java.util.Map;

/**
 * The counters of an application, read at about the same time. Counters count from the start of the application. Only protocols that are
 * named in a rule have their own key. Any other protocol, such as another version of a family, counts as {@code other}.
 *
 * @param live        live connections, by protocol
 * @param opened      opened connections, by protocol
 * @param closed      closed connections, by cause
 * @param decisions   decisions by outcome and ground; combinations that have not occurred are omitted
 * @param bytesIn     bytes received on all connections, past and present
 * @param bytesOut    bytes written to the container on all connections, past and present
 * @param queued      bytes that wait to be sent now
 * @param memory      bytes that count against {@code changeover.memory.max} now
 * @param memoryMax   that limit in bytes
 * @param slowWrites  how many times a send queue exceeded its limit
 * @param loops       the event loops
 * @param draining    whether new connections are rejected
 * @param negotiation durations of negotiations
 * @param openTime        how long closed connections were open
 * @param ping        round-trip times of pings
 * @param topics      topics and their relay
 */
public record MetricsSnapshot(Map<String, Long> live, Map<String, Long> opened, Map<CloseCause.Kind, Long> closed,
                     Map<Outcome, Map<Ground, Long>> decisions, long bytesIn, long bytesOut, long queued, long memory, long memoryMax, long slowWrites,
                     EventLoops.State loops, boolean draining, DurationBuckets negotiation, DurationBuckets openTime, DurationBuckets ping, TopicCounts topics) {

    /** Returns the number of live connections of all protocols. */
    public long connections() {
        return live.values().stream().mapToLong(Long::longValue).sum();
    }

    /** Returns the number of event loops that run. */
    public int loopsRunning() {
        return loops.running();
    }

    /** Returns the number of connections whose events an event loop reports. */
    public int loopConnections() {
        return loops.connections();
    }

    /** Returns how many times an event loop was given to another thread because a callback blocked. */
    public long loopHandovers() {
        return loops.handovers();
    }

    /** Returns the number of decisions with this outcome. */
    public long decided(Outcome outcome) {
        return decisions.getOrDefault(outcome, Map.of()).values().stream().mapToLong(Long::longValue).sum();
    }
}
