package io.github.changeover.servlet.jetty;

import io.github.changeover.connection.TransportConnection;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.io.AbstractConnection;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.Invocable.InvocationType;

/** An upgraded connection, as Jetty sees it. Jetty reports events on its selector threads, which must not block; they are only passed on. */
final class JettyConnection extends AbstractConnection implements Connection.UpgradeTo {
    private final TransportConnection connection;
    private final JettyTransport transport;
    private final Callback readCallback = new NonBlocking() {
        @Override
        public void succeeded() {
            onFillable();
        }

        @Override
        public void failed(Throwable failure) {
            onFillInterestedFailed(failure);
        }
    };

    /** A callback that runs on selector threads. */
    private interface NonBlocking extends Callback {
        @Override
        default InvocationType getInvocationType() {
            return InvocationType.NON_BLOCKING;
        }
    }

    JettyConnection(EndPoint endPoint, Connector connector, TransportConnection connection) {
        super(endPoint, connector.getExecutor());
        this.connection = connection;
        this.transport = new JettyTransport(this, endPoint);
        connector.getEventListeners().forEach(this::addEventListener);       // such as the statistics of connections
    }

    // ---- called by Jetty

    /** Called before {@link #onOpen}, if Jetty has read bytes behind the request. */
    @Override
    public void onUpgradeTo(ByteBuffer early) {
        transport.addEarlyBytes(early);
    }

    @Override
    public void onOpen() {
        super.onOpen();
        getEndPoint().setIdleTimeout(0);        // Changeover closes idle connections itself
        connection.open(transport);
    }

    @Override
    public void onFillable() {
        connection.readable();
    }

    @Override
    public void onFillInterestedFailed(Throwable failure) {
        if (getEndPoint().isOpen()) connection.transportFailed(failure);        // otherwise onClose reports it
    }

    @Override
    public boolean onIdleExpired(TimeoutException timeout) {
        return false;       // the connection stays open
    }

    @Override
    public void onClose(Throwable cause) {
        super.onClose(cause);
        if (transport.isClosedByItsEnds()) connection.readable();       // the next read returns the end
        else connection.released();
    }

    // ---- called by the transport

    /** Requests {@link #onFillable} when bytes are available. Does nothing if it has been requested. */
    void requestReadable() {
        tryFillInterested(readCallback);
    }

    /** Makes Jetty send these bytes, and then report that more can be sent. May do so before it returns. */
    void writeLater(ByteBuffer bytes) {
        getEndPoint().write(new NonBlocking() {
            @Override
            public void succeeded() {
                transport.sent();
                connection.writable();
            }

            @Override
            public void failed(Throwable failure) {
                if (getEndPoint().isOpen()) connection.transportFailed(failure);        // otherwise onClose reports it
            }
        }, bytes);
    }
}
