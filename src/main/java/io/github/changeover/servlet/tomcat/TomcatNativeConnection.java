package io.github.changeover.servlet.tomcat;

import io.github.changeover.servlet.adapter.NativeConnection;
import org.apache.tomcat.util.net.SocketEvent;
import org.apache.tomcat.util.net.SocketWrapperBase;

/**
 * A connection on servlet streams on Tomcat, used if the native transport ({@link TomcatTransport}) is not. Only the thread of Tomcat may use the
 * streams. Before it calls the listener, it fills its own buffer. If the callback leaves bytes there, because the handler has paused or another thread
 * is processing events, no event reports them again, so another call is requested.
 *
 * <p>There is no half-close: a close of the Servlet API ends both directions. An abort makes Tomcat release the socket.
 */
final class TomcatNativeConnection implements NativeConnection {
    private final SocketWrapperBase<?> socket;      // null: not accessible, so there is no abort either

    TomcatNativeConnection(SocketWrapperBase<?> socket) {
        this.socket = socket;
    }

    @Override
    public boolean streamsInCallbacksOnly() {
        return true;
    }

    /** Causes the same call as an event of the poller, on a thread of Tomcat, after the current dispatch. */
    @Override
    public boolean requestReadCallback() {
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
