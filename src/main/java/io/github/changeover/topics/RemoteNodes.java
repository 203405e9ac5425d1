package io.github.changeover.topics;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.LongConsumer;

/** The other nodes, and who is in their topics, from their heartbeats. Thread-safe. */
final class RemoteNodes {
    private static final int MOST_NODES = 1000;
    private static final long FORGET_NANOS = 60_000_000_000L;

    private final int mostTopics;
    private final long expiryNanos;
    private final Map<Long, RemoteNode> nodes = new HashMap<>();        // this field and the next are guarded by this
    private final Map<Long, Long> gone = new HashMap<>();               // by node: when it was lost

    private static final class RemoteNode {
        private long heardAt;
        private long lastPart;                  // number of the last part of a heartbeat
        private Set<String> inComplete;         // topics in the parts of a complete heartbeat until now; null if parts are missing
        private final Map<String, Heartbeat.TopicPresence> topics = new HashMap<>();
    }

    /**
     * @param mostTopics  of one node
     * @param expiryNanos how long a node may be silent
     */
    RemoteNodes(int mostTopics, long expiryNanos) {
        this.mostTopics = mostTopics;
        this.expiryNanos = expiryNanos;
    }

    /** Returns whether the node was unknown, so that it needs a complete heartbeat. */
    synchronized boolean heard(long id, long number, Heartbeat part, long now) {
        gone.remove(id);
        RemoteNode node = nodes.get(id);
        boolean isNew = node == null;
        if (isNew) {
            if (nodes.size() >= MOST_NODES) return false;
            node = new RemoteNode();
            nodes.put(id, node);
        }
        node.heardAt = now;
        boolean follows = number == node.lastPart + 1;
        node.lastPart = number;
        for (Heartbeat.TopicPresence each : part.presence()) {
            if (each.members() == 0) node.topics.remove(each.key());
            else if (node.topics.size() < mostTopics || node.topics.containsKey(each.key())) node.topics.put(each.key(), each);
        }
        if (part.complete()) complete(node, part, follows);
        return isNew;
    }

    /** After all parts of a complete heartbeat, removes the topics that none of them contained. */
    private static void complete(RemoteNode node, Heartbeat part, boolean follows) {
        if (part.isFirst()) node.inComplete = new HashSet<>();
        else if (!follows) node.inComplete = null;
        if (node.inComplete == null) return;
        part.presence().forEach(each -> node.inComplete.add(each.key()));
        if (!part.isLast()) return;
        node.topics.keySet().retainAll(node.inComplete);
        node.inComplete = null;
    }

    /** The node has ended in an orderly way. */
    synchronized void ended(long id) {
        nodes.remove(id);
    }

    /**
     * Removes nodes that have been silent for too long.
     *
     * @param lost   receives them
     * @param forget receives nodes that were lost a minute ago and have not come back
     */
    synchronized void expire(long now, LongConsumer lost, LongConsumer forget) {
        for (Iterator<Map.Entry<Long, RemoteNode>> each = nodes.entrySet().iterator(); each.hasNext(); ) {
            Map.Entry<Long, RemoteNode> entry = each.next();
            if (now - entry.getValue().heardAt < expiryNanos) continue;
            each.remove();
            gone.put(entry.getKey(), now);
            lost.accept(entry.getKey());
        }
        gone.entrySet().removeIf(entry -> {
            if (now - entry.getValue() < FORGET_NANOS) return false;
            forget.accept(entry.getKey());
            return true;
        });
    }

    /** The connection is restored: the nodes had no chance to be heard before. */
    synchronized void reconnected(long now) {
        nodes.values().forEach(node -> node.heardAt = now);
    }

    synchronized int size() {
        return nodes.size();
    }

    /** Returns the presence of a topic on each other node that has members of it. */
    synchronized List<Heartbeat.TopicPresence> presence(String key) {
        return nodes.values().stream().map(node -> node.topics.get(key)).filter(Objects::nonNull).toList();
    }
}
