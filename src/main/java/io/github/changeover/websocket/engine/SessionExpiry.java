package io.github.changeover.websocket.engine;

import io.github.changeover.spi.SwitchedConnection;
import jakarta.websocket.Session;
import java.time.Instant;
import java.util.Map;
import java.util.function.Supplier;

/**
 * The time until which the application allows a session: an {@link Instant} among the session's user properties. {@code Configurator.modifyHandshake} can
 * set it first, and any code can change it later. Each session has its own properties, because Tyrus copies those of the handshake. The connection monitor
 * calls this object regularly. It reads the property each time, so a change needs no notification.
 */
final class SessionExpiry implements Supplier<Instant> {
    /** The name of the property. Applications can use it without a dependency on this library. */
    static final String VALID_UNTIL = "io.github.changeover.validUntil";
    private static final System.Logger LOG = System.getLogger(SessionExpiry.class.getName());
    private final Session session;
    private final SwitchedConnection connection;
    private Instant last;           // the last valid value, or null
    private Object wrong;           // the invalid value that was logged, or null

    /** @param connection for the log */
    SessionExpiry(Session session, SwitchedConnection connection) {
        this.session = session;
        this.connection = connection;
    }

    /** Returns null if there is no such time. */
    @Override
    public Instant get() {
        Map<String, Object> properties = session.getUserProperties();
        Object value = properties == null ? null : properties.get(VALID_UNTIL);     // null until the session has been created
        if (value == null || value instanceof Instant) {
            last = (Instant) value;
            return last;
        }
        if (wrong != value) {
            wrong = value;
            LOG.log(System.Logger.Level.WARNING, "The user property {0} of a WebSocket session must be a java.time.Instant, not {1}: set one, for example with Instant.ofEpochSecond. "
                    + "{2} is closed {3}", VALID_UNTIL, value.getClass().getName(), connection, last == null ? "now" : "at the previously set time, " + last);
        }
        return last == null ? Instant.MIN : last;
    }
}
