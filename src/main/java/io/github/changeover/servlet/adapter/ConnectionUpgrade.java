package io.github.changeover.servlet.adapter;

import io.github.changeover.connection.TransportConnection;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/**
 * Changes the protocol of a connection. All methods are called by the thread that serves the request, after all filters of the application have
 * returned. The methods are listed in the order in which they are called.
 */
public interface ConnectionUpgrade {
    /** Uses only the Servlet API, for a container whose streams may be used by any thread. */
    ConnectionUpgrade SERVLET_API = onServletStreams(NativeConnection.NONE);

    /** Returns an implementation that uses only the Servlet API; {@code streams} has the same properties for each connection. */
    static ConnectionUpgrade onServletStreams(NativeConnection streams) {
        return (request, connection) -> ServletUpgradeHandler.upgrade(request, connection, streams);
    }

    /**
     * Returns whether it is certain, right before the switch, that the client has sent no byte after its request so far. Returns {@code false} if
     * that cannot be known, as with the Servlet API only. Called only for protocols that reject early bytes. The adapter of Tomcat can determine
     * it.
     */
    default boolean hasNoEarlyData(HttpServletRequest request) {
        return false;
    }

    /**
     * Calls {@code upgrade()} so that the connection is opened when the thread of the request has returned to the container. An exception is thrown
     * only before anything was changed. On the streams of the Servlet API alone, a connection has no half-close and no abort.
     */
    void upgrade(HttpServletRequest request, TransportConnection connection) throws IOException, ServletException;

    /** Adds a header field of the protocol to its 101, unchanged. Payara needs its own way for {@code Content-Type}, which its Servlet API omits. */
    default void addHeader(HttpServletRequest request, HttpServletResponse response, String name, String value) {
        response.addHeader(name, value);
    }

    /**
     * Called when status and header fields of the 101 are complete, for the last changes to the response head. Must not throw. Tomcat needs it: it
     * would add fields of keep-alive and omit {@code Content-Type}.
     */
    default void completeHead(HttpServletRequest request) {
    }
}
