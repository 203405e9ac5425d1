package io.github.changeover.servlet.container;

import io.github.changeover.servlet.Container;
import org.apache.tomcat.util.net.SocketEvent;
import org.apache.tomcat.util.net.SocketWrapperBase;

/**
 * Beneath the servlet edge on Tomcat. Before Tomcat calls the listener it fills a buffer of its own, on its thread; what the callback
 * leaves there, because the handler has paused or another thread has its turn, is told by no event again.
 */
final class TomcatCallbacks implements Container.Below {
    private final SocketWrapperBase<?> socket;      // null: it cannot be reached

    TomcatCallbacks(SocketWrapperBase<?> socket) {
        this.socket = socket;
    }

    @Override
    public boolean callbacksOnly() {
        return true;
    }

    /** As if the poller had told: on Tomcat's thread, after the dispatch that is under way. */
    @Override
    public boolean recall() {
        if (socket == null) return false;
        if (!socket.isClosed()) socket.processSocket(SocketEvent.OPEN_READ, true);
        return true;
    }

    /** Tomcat's thread lets go of the socket, whatever waits; of one that is gone, nothing comes of it. */
    @Override
    public void abort() {
        if (socket != null && !socket.isClosed()) socket.processSocket(SocketEvent.DISCONNECT, true);
    }
}
