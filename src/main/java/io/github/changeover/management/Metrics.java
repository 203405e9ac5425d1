package io.github.changeover.management;

import io.github.changeover.connection.ConnectionListener;
import io.github.changeover.connection.ConnectionRegistry;
import io.github.changeover.connection.MemoryBudget;
import io.github.changeover.connection.TransportConnection;
import io.github.changeover.eventloop.EventLoops;
import io.github.changeover.negotiation.Explanation;
import io.github.changeover.negotiation.Explanation.Ground;
import io.github.changeover.negotiation.Explanation.Outcome;
import io.github.changeover.spi.CloseCause;
import io.github.changeover.spi.ProtocolToken;
import java.time.Duration;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;

/** Counts decisions and connections. No key comes from a peer: the number of keys is bounded by the rules. Thread-safe. */
final class Metrics implements ConnectionListener {
    private static final String OTHER = "other";
    private final Map<Outcome, Map<Ground, LongAdder>> decisions = new EnumMap<>(Outcome.class);
    private final Map<ProtocolToken, String> labels = new ConcurrentHashMap<>();
    private final Map<String, LongAdder> opened = new ConcurrentSkipListMap<>();
    private final LongAdder slowWrites = new LongAdder();
    private final Histogram negotiation = new Histogram(0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5);
    private final Histogram openTime = new Histogram(1, 10, 60, 600, 3600, 6 * 3600, 86_400);

    private final Histogram roundTrips = new Histogram(0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 20);

    Metrics(Collection<ProtocolToken> protocols) {
        for (Outcome outcome : Outcome.values()) {
            Map<Ground, LongAdder> grounds = new EnumMap<>(Ground.class);
            for (Ground ground : Ground.values()) grounds.put(ground, new LongAdder());
            decisions.put(outcome, grounds);
        }
        opened.put(OTHER, new LongAdder());
        protocols.forEach(this::addProtocol);
    }

    /** Counts this protocol under its own name from now on. Returns {@code false} if it is already counted in this way. */
    boolean addProtocol(ProtocolToken token) {
        if (labels.containsKey(token)) return false;
        opened.computeIfAbsent(token.toString(), label -> new LongAdder());     // first: a thread that finds the label needs this counter
        return labels.putIfAbsent(token, token.toString()) == null;
    }

    private String label(ProtocolToken token) {
        return labels.getOrDefault(token, OTHER);
    }

    void decided(Explanation explanation, Duration took) {
        decisions.get(explanation.outcome()).get(explanation.ground()).increment();
        negotiation.add(took);
    }

    @Override
    public void opened(TransportConnection connection) {
        opened.get(label(connection.protocol())).increment();
    }

    @Override
    public void closed(TransportConnection connection, CloseCause cause, Duration open) {
        openTime.add(open);
    }

    @Override
    public void pinged(TransportConnection connection, Duration roundTrip) {
        roundTrips.add(roundTrip);
    }

    @Override
    public void slowWrite(TransportConnection connection, long waited) {
        slowWrites.increment();
    }

    MetricsSnapshot read(ConnectionRegistry registry, MemoryBudget memory, EventLoops.State loops, TopicCounts topics) {
        Map<String, Long> live = new TreeMap<>();
        opened.keySet().forEach(label -> live.put(label, 0L));
        long queued = 0;
        for (TransportConnection connection : registry.live()) {
            live.merge(label(connection.protocol()), 1L, Long::sum);
            queued += connection.queued();
        }
        Map<String, Long> openedNow = new TreeMap<>();
        opened.forEach((label, count) -> openedNow.put(label, count.sum()));
        Map<CloseCause.Kind, Long> closed = new EnumMap<>(CloseCause.Kind.class);
        for (CloseCause.Kind kind : CloseCause.Kind.values()) closed.put(kind, registry.closed(kind));
        return new MetricsSnapshot(Collections.unmodifiableMap(live), Collections.unmodifiableMap(openedNow), Collections.unmodifiableMap(closed), decisions(),
                registry.bytesIn(), registry.bytesOut(), queued, memory.used(), memory.max(), slowWrites.sum(), loops, registry.draining(), negotiation.read(), openTime.read(), roundTrips.read(), topics);
    }

    private Map<Outcome, Map<Ground, Long>> decisions() {
        Map<Outcome, Map<Ground, Long>> all = new EnumMap<>(Outcome.class);
        decisions.forEach((outcome, grounds) -> {
            Map<Ground, Long> some = new EnumMap<>(Ground.class);
            grounds.forEach((ground, count) -> {
                if (count.sum() > 0) some.put(ground, count.sum());
            });
            all.put(outcome, Collections.unmodifiableMap(some));
        });
        return Collections.unmodifiableMap(all);
    }
}
