package io.github.changeover.servlet.adapter;

import io.github.changeover.connection.TransportConnection;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpUpgradeHandler;
import jakarta.servlet.http.WebConnection;
import java.io.IOException;

/**
 * The {@code HttpUpgradeHandler} that uses only the Servlet API, unless the {@link NativeConnection} takes the socket. The container makes the instance.
 * All containers call init() after the filter chain has returned, so the connection is passed in a field.
 */
public final class ServletUpgradeHandler implements HttpUpgradeHandler {
    private volatile TransportConnection connection;
    private volatile NativeConnection nativeConnection;
    private volatile ServletTransport transport;

    /** Called by the container. */
    public ServletUpgradeHandler() {
    }

    /** Switches the connection of the request. */
    public static void upgrade(HttpServletRequest request, TransportConnection connection, NativeConnection nativeConnection) throws IOException, ServletException {
        ServletUpgradeHandler handler = request.upgrade(ServletUpgradeHandler.class);
        handler.nativeConnection = nativeConnection;
        handler.connection = connection;
    }

    @Override
    public void init(WebConnection web) {
        TransportConnection upgraded = connection;
        connection = null;      // a connection on its own socket does not end with destroy()
        if (nativeConnection.takeSocket(web, upgraded)) return;
        connection = upgraded;
        transport = new ServletTransport(web, upgraded, nativeConnection);
        transport.start();
    }

    @Override
    public void destroy() {
        TransportConnection ended = connection;
        if (ended == null) return;
        ended.released();
        ServletTransport used = transport;
        if (used != null) used.detach();        // Payara closes the streams as soon as this method returns
        nativeConnection.releaseReferences();
    }
}
