package io.github.changeover.topics;

import java.time.Duration;

/**
 * The times of the exchange between nodes.
 *
 * @param heartbeat between two heartbeats
 * @param check     how often nodes and named numbers are checked
 * @param late      how long after a heartbeat a message that it names may arrive
 * @param expiry    silence after which a node is lost
 * @param active    how long after its last message a topic is named in heartbeats
 * @param retired   how long after its last message the numbers of a topic are forgotten
 * @param retry     between two attempts to start the relay
 */
record RelayTiming(Duration heartbeat, Duration check, Duration late, Duration expiry, Duration active, Duration retired, Duration retry) {
    static final RelayTiming DEFAULT = new RelayTiming(Duration.ofSeconds(3), Duration.ofSeconds(1), Duration.ofSeconds(3), Duration.ofSeconds(9), Duration.ofSeconds(15),
            Duration.ofSeconds(60), Duration.ofSeconds(2));
}
