package io.github.changeover.servlet.tomcat;

import io.github.changeover.servlet.edge.Container;
import org.apache.tomcat.util.net.SocketEvent;
import org.apache.tomcat.util.net.SocketWrapperBase;

/**
 * Operations beneath the Servlet API on Tomcat, for connections on servlet streams. Before Tomcat calls the listener, it fills its own buffer, on its
 * thread. If the callback leaves bytes there, because the handler has paused or another thread is processing events, no event reports them again.
 */
final class TomcatCallbacks implements Container.Below {
    private final SocketWrapperBase<?> socket;      // null: not accessible

    TomcatCallbacks(SocketWrapperBase<?> socket) {
        this.socket = socket;
    }

    @Override
    public boolean callbacksOnly() {
        return true;
    }

    /** Causes the same call as an event of the poller, on a thread of Tomcat, after the current dispatch. */
    @Override
    public boolean recall() {
        if (socket == null) return false;
        if (!socket.isClosed()) socket.processSocket(SocketEvent.OPEN_READ, true);
        return true;
    }

    /** Makes a thread of Tomcat release the socket, even if output is waiting. Has no effect on a closed socket. */
    @Override
    public void abort() {
        if (socket != null && !socket.isClosed()) socket.processSocket(SocketEvent.DISCONNECT, true);
    }
}
