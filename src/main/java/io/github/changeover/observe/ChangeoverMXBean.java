package io.github.changeover.observe;

import java.util.List;
import java.util.Map;

/**
 * One application, for JMX: {@code io.github.changeover:type=Application,host="localhost",context="/chat"}. What counts up counts
 * from the application's start.
 */
public interface ChangeoverMXBean {
    /** A live connection. */
    interface Connection {
        String getId();

        String getProtocol();

        String getPath();

        String getRemote();

        String getUser();

        /** Milliseconds of the epoch. */
        long getSince();

        long getIdleMillis();

        long getOctetsIn();

        long getOctetsOut();

        long getQueued();

        /** Microseconds that the client took to answer the last ping; -1 for none. */
        long getRoundTripMicros();
    }

    /** The number of live connections. */
    long getConnectionCount();

    List<Connection> getConnections();

    long getOpened();

    /** Connections that have ended, by cause. */
    Map<String, Long> getClosed();

    long getSwitched();

    /** Offers that were ignored, by reason. */
    Map<String, Long> getIgnored();

    /** Requests that were refused, by reason. */
    Map<String, Long> getRefused();

    long getOctetsIn();

    long getOctetsOut();

    long getQueued();

    /** Bytes of unfinished messages, output that waits and captured answers, in memory now. */
    long getMemory();

    /** The limit of these, in bytes: {@code changeover.memory.max}. */
    long getMemoryMax();

    /** How often a queue had grown over its bound. */
    long getSlowWrites();

    boolean isDraining();

    /** What is switched off. */
    List<String> getSwitchedOff();

    /** The last decisions in words, the latest first. */
    List<String> getDecisions();

    /** What was found at start. */
    List<String> getReport();

    /** Lets one connection's handler say goodbye; answers whether it was there. */
    boolean close(String id);

    /** Closes one connection at once; answers whether it was there. */
    boolean evict(String id);

    /** Turns new connections away, and lets all others say goodbye. */
    void drain();

    /** Undoes {@code drain} for the connections that come after. */
    void welcome();

    /** Switches a protocol off, such as {@code foo/2}. */
    void switchOff(String token);

    /** Switches it on again. */
    void switchOn(String token);
}
