package io.github.changeover.websocket;

import io.github.changeover.spi.UpgradeRequest;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** A WebSocket session as seen by a {@link WebSocketListener}. Thread-safe. */
public final class ObservedSession {
    private final String id;
    private final UpgradeRequest handshake;
    private final String subprotocol;
    private final Map<Class<?>, Object> attachments = new ConcurrentHashMap<>(2);

    /**
     * Called by the engine only.
     *
     * @param subprotocol the agreed subprotocol; empty if there is none
     */
    public ObservedSession(String id, UpgradeRequest handshake, String subprotocol) {
        this.id = id;
        this.handshake = handshake;
        this.subprotocol = subprotocol;
    }

    /** The identifier of the connection, as in the console and in JMX. */
    public String id() {
        return id;
    }

    /** The request of the opening handshake: path, query, user, and every header field, such as {@code traceparent}. */
    public UpgradeRequest handshake() {
        return handshake;
    }

    /** The agreed subprotocol; empty if there is none. */
    public String subprotocol() {
        return subprotocol;
    }

    /**
     * Stores an object in the session, such as a span. A session holds one object of each type; a second one replaces the first.
     * Neither parameter may be null.
     */
    public <T> void attach(Class<T> type, T value) {
        attachments.put(type, value);
    }

    /** Returns the object that was stored for this type, or null. */
    public <T> T attached(Class<T> type) {
        return type.cast(attachments.get(type));
    }

    @Override
    public String toString() {
        return "WebSocket session " + id + " (" + handshake.printablePath() + ")";
    }
}
