package io.github.changeover.servlet.edge;

import io.github.changeover.connection.TransportConnection;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpUpgradeHandler;
import jakarta.servlet.http.WebConnection;
import java.io.IOException;

/**
 * The {@code HttpUpgradeHandler} that uses only the Servlet API. The container makes the instance. All containers call init() after the filter chain
 * has returned, so the connection is passed in a field.
 */
public final class ServletUpgradeHandler implements HttpUpgradeHandler {
    private volatile TransportConnection connection;
    private volatile Container.Below below;
    private volatile ServletTransport transport;

    /** Called by the container. */
    public ServletUpgradeHandler() {
    }

    /** Switches the connection of the request. */
    public static void upgrade(HttpServletRequest request, TransportConnection connection, Container.Below below) throws IOException, ServletException {
        ServletUpgradeHandler edge = request.upgrade(ServletUpgradeHandler.class);
        edge.below = below;
        edge.connection = connection;
    }

    @Override
    public void init(WebConnection web) {
        transport = new ServletTransport(web, connection, below);
        transport.start();
    }

    @Override
    public void destroy() {
        TransportConnection ended = connection;
        if (ended == null) return;
        ended.released();
        ServletTransport used = transport;
        if (used != null) used.detach();        // Payara closes the streams as soon as this method returns
        below.forget();
    }
}
