package io.github.changeover.spi;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Objects;

/**
 * Forwards every callback to another handler. A subclass overrides some of them, for example to count messages or to log the end of connections. Methods
 * that are added to {@link ConnectionHandler.Events} later are forwarded, too.
 *
 * <h2>Threading</h2>
 * The rules of {@link ConnectionHandler} apply.
 */
public abstract class ForwardingEvents implements ConnectionHandler.Events {
    private final ConnectionHandler.Events next;

    /** @param next the handler that receives the callbacks */
    protected ForwardingEvents(ConnectionHandler.Events next) {
        this.next = Objects.requireNonNull(next, "next");
    }

    @Override
    public void prepare(SwitchContext context) {
        next.prepare(context);
    }

    @Override
    public void opened(SwitchedConnection connection) {
        next.opened(connection);
    }

    @Override
    public void received(SwitchedConnection connection, ByteBuffer bytes) {
        next.received(connection, bytes);
    }

    @Override
    public void writable(SwitchedConnection connection) {
        next.writable(connection);
    }

    @Override
    public void ended(SwitchedConnection connection) {
        next.ended(connection);
    }

    @Override
    public void idle(SwitchedConnection connection) {
        next.idle(connection);
    }

    @Override
    public void rejected(SwitchedConnection connection, CloseCause cause) {
        next.rejected(connection, cause);
    }

    @Override
    public void drain(SwitchedConnection connection, Duration grace) {
        next.drain(connection, grace);
    }

    @Override
    public void closed(SwitchedConnection connection, CloseCause cause) {
        next.closed(connection, cause);
    }
}
