package io.github.changeover.topics;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;

/** The numbers of the messages of all other nodes in one topic. Thread-safe. */
final class RemoteSequences {
    private static final int MOST_NODES = 1000;     // a relay that others can write to could name any number of nodes
    private final Map<Long, SequenceTracker> byNode = new ConcurrentHashMap<>(2);

    SequenceTracker of(long node) {
        if (byNode.size() >= MOST_NODES && !byNode.containsKey(node)) byNode.clear();
        return byNode.computeIfAbsent(node, same -> new SequenceTracker());
    }

    void forget(long node) {
        byNode.remove(node);
    }

    /**
     * Checks what heartbeats have named.
     *
     * @param missing receives a node and the number of its lost messages
     * @return whether something still waits for its check
     */
    boolean check(long now, long afterNanos, BiConsumer<Long, Long> missing) {
        boolean waits = false;
        for (Map.Entry<Long, SequenceTracker> each : byNode.entrySet()) {
            long count = each.getValue().check(now, afterNanos);
            if (count > 0) missing.accept(each.getKey(), count);
            waits |= each.getValue().waits();
        }
        return waits;
    }
}
