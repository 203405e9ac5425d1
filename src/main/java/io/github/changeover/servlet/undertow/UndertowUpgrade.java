package io.github.changeover.servlet.undertow;

import io.github.changeover.connection.TransportConnection;
import io.github.changeover.servlet.adapter.ConnectionUpgrade;
import io.github.changeover.servlet.adapter.InnermostRequest;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.HttpUpgradeListener;
import io.undertow.server.protocol.http.HttpContinue;
import io.undertow.servlet.spec.HttpServletRequestImpl;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import org.xnio.Options;
import org.xnio.StreamConnection;

/**
 * Upgrades connections on Undertow, as its own WebSocket engine does: below the Servlet API. Undertow reads the rest of the request, sends the 101, and then
 * gives the connection away, with the bytes that it has read behind the request.
 */
final class UndertowUpgrade implements ConnectionUpgrade {
    /** Loads every class that an upgrade uses, so that a class or member that is missing is found at the start. */
    static void requireMembers() throws ReflectiveOperationException {
        HttpServletRequestImpl.class.getMethod("getExchange");
        HttpServerExchange.class.getMethod("upgradeChannel", HttpUpgradeListener.class);
        StreamConnection.class.getMethod("getSourceChannel");
        StreamConnection.class.getMethod("getSinkChannel");
        HttpServerExchange.class.getMethod("getConnection");
        if (Options.CLOSE_ABORT == null) throw new NoSuchFieldException("CLOSE_ABORT");
        Class.forName(UndertowTransport.class.getName(), true, UndertowUpgrade.class.getClassLoader());
    }

    private static void open(UndertowTransport transport, TransportConnection connection) {
        try {
            transport.open();
        } catch (IOException failure) {
            transport.abort();
            connection.released();
        }
    }

    @Override
    public void upgrade(HttpServletRequest request, TransportConnection connection) throws IOException, ServletException {
        if (!(InnermostRequest.of(request) instanceof HttpServletRequestImpl undertows)) {
            throw new ServletException("The connection cannot be upgraded: a filter has replaced the request of Undertow by an object that is no HttpServletRequestWrapper");
        }
        HttpServerExchange exchange = undertows.getExchange();
        // RFC 9110 section 7.8: the 100 precedes the 101. Undertow itself sends it only when content is read.
        if (HttpContinue.requiresContinueResponse(exchange)) HttpContinue.sendContinueResponseBlocking(exchange);
        boolean tls = exchange.getConnection().getSslSessionInfo() != null;
        exchange.setPersistent(true);       // "close" applies to HTTP; Undertow would close the upgraded connection
        exchange.upgradeChannel((stream, ended) -> open(new UndertowTransport(exchange.getConnection(), stream, connection, tls), connection));
    }
}
