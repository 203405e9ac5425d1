package io.github.changeover.websocket;

import io.github.changeover.spi.UpgradeRequest;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** A WebSocket session, as a {@link WebSocketListener} sees it. Thread-safe. */
public final class ObservedSession {
    private final String id;
    private final UpgradeRequest handshake;
    private final String subprotocol;
    private final Map<Class<?>, Object> attachments = new ConcurrentHashMap<>(2);

    /**
     * Made by the engine.
     *
     * @param subprotocol what was agreed on; empty for none
     */
    public ObservedSession(String id, UpgradeRequest handshake, String subprotocol) {
        this.id = id;
        this.handshake = handshake;
        this.subprotocol = subprotocol;
    }

    /** Of the connection, as in the console and in JMX. */
    public String id() {
        return id;
    }

    /** The request that opened it: path, query, user, and every header, such as {@code traceparent}. */
    public UpgradeRequest handshake() {
        return handshake;
    }

    /** What was agreed on; empty for none. */
    public String subprotocol() {
        return subprotocol;
    }

    /** Keeps something with the session, such as a span; one of each type. */
    public <T> void attach(Class<T> type, T value) {
        attachments.put(type, value);
    }

    /** What was attached; null when nothing was. */
    public <T> T attached(Class<T> type) {
        return type.cast(attachments.get(type));
    }

    @Override
    public String toString() {
        return "WebSocket session " + id + " (" + handshake.printablePath() + ")";
    }
}
