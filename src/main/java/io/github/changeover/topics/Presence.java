package io.github.changeover.topics;

import java.util.Set;

/**
 * Who is in a topic, on all nodes. Nodes exchange it every 3 seconds, so it is a few seconds old for other nodes. A node that does not respond is no longer
 * included after 10 seconds.
 *
 * @param members the number of connections
 * @param users   the names of their authenticated users; of each other node at most 1,000
 */
public record Presence(int members, Set<String> users) {
    /** Copies the set. */
    public Presence {
        users = Set.copyOf(users);
    }
}
