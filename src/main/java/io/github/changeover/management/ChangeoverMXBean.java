package io.github.changeover.management;

import java.util.List;
import java.util.Map;

/**
 * The JMX interface of one application: {@code io.github.changeover:type=Application,host="localhost",context="/chat"}. Counters count from
 * the start of the application.
 */
public interface ChangeoverMXBean {
    /** A live connection. */
    interface Connection {
        String getId();

        String getProtocol();

        String getPath();

        String getRemote();

        String getUser();

        /** The time at which it opened, in milliseconds since the epoch (1970-01-01T00:00:00Z). */
        long getSince();

        long getIdleMillis();

        long getBytesIn();

        long getBytesOut();

        long getQueued();

        /** The round-trip time of the last answered ping in microseconds; -1 for none. */
        long getRoundTripMicros();
    }

    /** The number of live connections. */
    long getConnectionCount();

    List<Connection> getConnections();

    long getOpened();

    /** The number of closed connections, by cause. */
    Map<String, Long> getClosed();

    long getSwitched();

    /** The number of ignored requests, by reason. */
    Map<String, Long> getIgnored();

    /** The number of refused requests, by reason. */
    Map<String, Long> getRefused();

    long getBytesIn();

    long getBytesOut();

    long getQueued();

    /** The bytes in memory now: unfinished messages, queued output and captured responses. */
    long getMemory();

    /** The memory limit in bytes: {@code changeover.memory.max}. */
    long getMemoryMax();

    /** How many times a send queue exceeded its limit. */
    long getSlowWrites();

    /** The number of event loops that run. */
    int getLoops();

    /** The number of connections whose events an event loop reports. */
    int getLoopConnections();

    /** How many times an event loop was given to another thread because a callback blocked. */
    long getLoopHandovers();

    /** The number of topics with members on this node. */
    int getTopics();

    /** The number of memberships of connections of this node in topics. */
    long getTopicMembers();

    /** The number of messages that this node has published in topics. */
    long getTopicPublished();

    /** The number of messages of topics that slow members have not received. */
    long getTopicDropped();

    /** How topics reach other nodes: {@code changeover.relay}. */
    String getRelayName();

    /** The state of the relay: {@code up}, {@code down}, or {@code none} if there is no relay. */
    String getRelayState();

    /** The number of other nodes that respond through the relay. */
    int getRelayNodes();

    /** The number of messages that were passed to the relay. */
    long getRelaySent();

    /** The number of messages that reached this node only, because the relay was down or its queue was full. */
    long getRelayUnsent();

    /** The number of messages of other nodes that were delivered. */
    long getRelayReceived();

    /** The number of messages of other nodes that are known to be lost. */
    long getRelayLost();

    /** How many times another node has stopped to respond. */
    long getRelayNodesLost();

    /** The number of messages of the relay that were dropped because they were malformed or wrongly signed. */
    long getRelayInvalid();

    boolean isDraining();

    /** The disabled protocols. */
    List<String> getSwitchedOff();

    /** The last decisions as text, the latest first. */
    List<String> getDecisions();

    /** The lines of the start-up report. */
    List<String> getReport();

    /** Drains one connection: calls {@code drain} of its handler, which should close it. Returns whether the connection existed. */
    boolean close(String id);

    /** Closes one connection immediately; queued bytes are lost. Returns whether the connection existed. */
    boolean abort(String id);

    /**
     * Rejects new connections, calls {@code drain} of all handlers at the pace {@code changeover.drain.pace}, and closes the remaining connections after
     * {@code changeover.drain}.
     */
    void drain();

    /** Drains as {@code drain()}. WebSocket clients receive this close code: 1001 (Going Away) or 1012 (Service Restart). */
    void drain(int code);

    /** Undoes {@code drain} for later connections, and for those whose handler was not called yet. */
    void stopDraining();

    /** Disables a protocol, such as {@code foo/2}. */
    void switchOff(String token);

    /** Enables the protocol again. */
    void switchOn(String token);
}
