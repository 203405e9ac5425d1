package io.github.changeover.websocket.engine;

import jakarta.websocket.Session;
import java.time.Instant;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Until when the application allows a session: an {@link Instant} among its user properties, which {@code Configurator.modifyHandshake} can set first
 * and any code later. The session's properties are its own: Tyrus copies those of the handshake. Asked by the monitor; it looks up a key, so that it
 * need not be told of a change.
 */
final class SessionExpiry implements Supplier<Instant> {
    /** The name of the property, for programs that know nothing of this library. */
    static final String VALID_UNTIL = "io.github.changeover.validUntil";
    private static final System.Logger LOG = System.getLogger(SessionExpiry.class.getName());
    private final Session session;
    private final String connection;
    private Instant last;           // that was valid, or null
    private Object wrong;           // the value that was logged, or null

    /** @param connection for the log */
    SessionExpiry(Session session, String connection) {
        this.session = session;
        this.connection = connection;
    }

    /** Null for no end. */
    @Override
    public Instant get() {
        Map<String, Object> properties = session.getUserProperties();
        Object value = properties == null ? null : properties.get(VALID_UNTIL);     // null until the session has been made
        if (value == null || value instanceof Instant) {
            last = (Instant) value;
            return last;
        }
        if (wrong != value) {
            wrong = value;
            LOG.log(System.Logger.Level.WARNING, "The user property {0} of a WebSocket session must be a java.time.Instant, not {1}: put one, as by Instant.ofEpochSecond. "
                    + "{2} ends {3}", VALID_UNTIL, value.getClass().getName(), connection, last == null ? "now" : "at the time set before, " + last);
        }
        return last == null ? Instant.MIN : last;
    }
}
