package io.github.changeover.observe;

import io.github.changeover.negotiation.Explanation.Ground;
import io.github.changeover.negotiation.Explanation.Outcome;
import io.github.changeover.spi.CloseCause;
import java.util.Map;

/**
 * The counters of an application, read at about one time. What counts up counts from the application's start. Protocols are those
 * that its rules name; any other, as of a family, is {@code other}.
 *
 * @param live        connections now, by protocol
 * @param opened      connections that have opened, by protocol
 * @param closed      connections that have ended, by cause
 * @param decisions   by outcome and ground; what never was is left out
 * @param octetsIn    received, of connections past and present
 * @param octetsOut   given to the container, of connections past and present
 * @param queued      octets that wait for slow peers now
 * @param memory      bytes that count against {@code changeover.memory.max} now
 * @param memoryMax   that limit
 * @param slowWrites  how often a queue had grown over its bound
 * @param draining    whether new connections are turned away
 * @param negotiation time of negotiations
 * @param life        time connections were open that have ended
 * @param ping        time that clients took to answer pings
 */
public record Counts(Map<String, Long> live, Map<String, Long> opened, Map<CloseCause.Kind, Long> closed,
                     Map<Outcome, Map<Ground, Long>> decisions, long octetsIn, long octetsOut, long queued, long memory, long memoryMax, long slowWrites,
                     boolean draining, Durations negotiation, Durations life, Durations ping) {

    /** All live connections. */
    public long connections() {
        return live.values().stream().mapToLong(Long::longValue).sum();
    }

    /** All decisions of one outcome. */
    public long decided(Outcome outcome) {
        return decisions.getOrDefault(outcome, Map.of()).values().stream().mapToLong(Long::longValue).sum();
    }
}
