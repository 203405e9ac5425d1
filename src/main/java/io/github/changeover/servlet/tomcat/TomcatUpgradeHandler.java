package io.github.changeover.servlet.tomcat;

import io.github.changeover.connection.TransportConnection;
import jakarta.servlet.http.WebConnection;
import org.apache.coyote.http11.upgrade.InternalHttpUpgradeHandler;
import org.apache.tomcat.util.net.AbstractEndpoint.Handler.SocketState;
import org.apache.tomcat.util.net.SSLSupport;
import org.apache.tomcat.util.net.SocketEvent;
import org.apache.tomcat.util.net.SocketWrapperBase;

/**
 * An upgrade handler of Tomcat's own type. Tomcat gives it the socket and calls it for events of the poller, each under the lock of the socket. It
 * returns SUSPENDED while the connection is open. {@link TomcatTransport} registers its interest itself, only when a read found nothing or a write
 * was incomplete. Therefore a paused reader costs nothing, and no thread spins.
 */
public final class TomcatUpgradeHandler implements InternalHttpUpgradeHandler {
    private volatile TransportConnection connection;
    private volatile SocketWrapperBase<?> socket;
    private volatile TomcatTransport transport;

    /** Called by Tomcat. */
    public TomcatUpgradeHandler() {
    }

    /** Sets the connection. Called before init(). */
    void setConnection(TransportConnection upgraded) {
        connection = upgraded;
    }

    @Override
    public void setSocketWrapper(SocketWrapperBase<?> wrapper) {
        socket = wrapper;      // nothing else: after an exception here Tomcat gives one request object to two connections
    }

    @Override
    public void init(WebConnection none) {
        try {
            transport = new TomcatTransport(socket, connection, connection.loops().orElse(null));
        } catch (LinkageError gone) {       // the application was stopped: its class loader loads no more classes
            socket.close();
            connection.released();
            return;
        }
        transport.beginDispatch();
        try {
            connection.open(transport);
        } finally {
            if (!transport.endDispatch()) transport.requestDisconnect();
        }
    }

    @Override
    public SocketState upgradeDispatch(SocketEvent event) {
        if (transport == null) return SocketState.CLOSED;
        // No switch statement: its table is a separate class, and the class loader of a stopped application cannot load it any more.
        boolean readable = event == SocketEvent.OPEN_READ;
        if (!readable && event != SocketEvent.OPEN_WRITE) {
            connection.released();      // STOP, DISCONNECT, ERROR, TIMEOUT
            transport.detach();
            return SocketState.CLOSED;
        }
        if (!transport.beginDispatch()) return SocketState.CLOSED;
        transport.polled(!readable);
        boolean open = false;
        try {
            if (readable) connection.readable();
            else connection.writable();
        } finally {
            open = transport.endDispatch();
        }
        return open ? SocketState.SUSPENDED : SocketState.CLOSED;
    }

    @Override
    public void destroy() {
        connection.released();
        if (transport != null) transport.detach();
    }

    @Override
    public void setSslSupport(SSLSupport ssl) {
        // the snapshot contains the TLS data
    }

    @Override
    public void timeoutAsync(long now) {
        // the monitor checks timeouts
    }

    @Override
    public void pause() {
        // contextDestroyed drains
    }
}
