package io.github.changeover.servlet.payara;

import io.github.changeover.connection.TransportConnection;
import io.github.changeover.servlet.adapter.ConnectionUpgrade;
import io.github.changeover.servlet.adapter.NativeConnection;
import io.github.changeover.servlet.adapter.RequestRepair;
import io.github.changeover.servlet.adapter.ServletUpgradeHandler;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/** Upgrades connections on Payara and GlassFish. {@link GrizzlyConnection} takes their socket, or adds half-close, abort and the peer's end to the streams of the Servlet API. */
final class PayaraUpgrade implements ConnectionUpgrade {
    private final RequestRepair requestRepair;

    PayaraUpgrade(RequestRepair requestRepair) {
        this.requestRepair = requestRepair;
    }

    @Override
    public void upgrade(HttpServletRequest request, TransportConnection connection) throws IOException, ServletException {
        requestRepair.revert(request);
        NativeConnection grizzly = GrizzlyRequest.of(request).<NativeConnection>map(grizzlyRequest -> GrizzlyConnection.of(grizzlyRequest, connection.loops().isPresent())).orElse(NativeConnection.NONE);
        ServletUpgradeHandler.upgrade(request, connection, grizzly);
    }

    /** Sets Content-Type without the API, which would not send it with a 101. */
    @Override
    public void addHeader(HttpServletRequest request, HttpServletResponse response, String name, String value) {
        if (name.equalsIgnoreCase("Content-Type") && GrizzlyRequest.of(request).map(grizzly -> grizzly.setResponseHeader(name, value)).orElse(false)) return;
        response.addHeader(name, value);
    }
}
