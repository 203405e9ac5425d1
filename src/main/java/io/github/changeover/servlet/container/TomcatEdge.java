package io.github.changeover.servlet.container;

import io.github.changeover.connection.LiveConnection;
import jakarta.servlet.http.WebConnection;
import org.apache.coyote.http11.upgrade.InternalHttpUpgradeHandler;
import org.apache.tomcat.util.net.AbstractEndpoint.Handler.SocketState;
import org.apache.tomcat.util.net.SSLSupport;
import org.apache.tomcat.util.net.SocketEvent;
import org.apache.tomcat.util.net.SocketWrapperBase;

/**
 * A handler of Tomcat's own kind: Tomcat gives it the socket and tells it the poller's events, each under the socket's
 * lock. It always answers SUSPENDED, and {@link TomcatTransport} registers its interest itself, exactly when a read found
 * nothing or a write was refused: so a paused reader costs nothing, and nothing spins.
 */
public final class TomcatEdge implements InternalHttpUpgradeHandler {
    private volatile LiveConnection connection;
    private volatile SocketWrapperBase<?> socket;
    private volatile TomcatTransport transport;

    /** For Tomcat. */
    public TomcatEdge() {
    }

    void carry(LiveConnection switched) {
        connection = switched;
    }

    @Override
    public void setSocketWrapper(SocketWrapperBase<?> wrapper) {
        socket = wrapper;      // no more: what is thrown here makes Tomcat hand one request object to two connections
    }

    @Override
    public void init(WebConnection none) {
        try {
            transport = new TomcatTransport(socket);
        } catch (LinkageError gone) {       // the application was stopped meanwhile: its class loader gives no class any more
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
        // No switch: its table is a class of its own, and a stopped application's class loader gives none any more.
        boolean readable = event == SocketEvent.OPEN_READ;
        if (!readable && event != SocketEvent.OPEN_WRITE) {
            connection.released();      // STOP, DISCONNECT, ERROR, TIMEOUT
            transport.detach();
            return SocketState.CLOSED;
        }
        if (!transport.beginDispatch()) return SocketState.CLOSED;
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
        // the snapshot has the facts
    }

    @Override
    public void timeoutAsync(long now) {
        // the watch looks after time
    }

    @Override
    public void pause() {
        // contextDestroyed drains
    }
}
