package io.github.changeover.servlet.jetty;

import io.github.changeover.connection.TransportConnection;
import io.github.changeover.servlet.adapter.ConnectionUpgrade;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import org.eclipse.jetty.http.HttpGenerator;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpHeaderValue;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.HttpStream;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.internal.HttpChannelState;
import org.eclipse.jetty.server.internal.HttpConnection;
import org.eclipse.jetty.util.Blocker;

/**
 * Upgrades connections on Jetty, as its own WebSocket engine does: below the Servlet API. An attribute of the request names the next connection. When the
 * response is complete, Jetty gives this connection the socket, and the bytes that it has read behind the request.
 */
final class JettyUpgrade implements ConnectionUpgrade {
    private final JettyRequests requests;

    JettyUpgrade(JettyRequests requests) {
        this.requests = requests;
    }

    /** Loads every class that an upgrade uses, so that a class or member that is missing is found at the start. */
    static void requireMembers() throws ReflectiveOperationException {
        if (HttpStream.UPGRADE_CONNECTION_ATTRIBUTE == null) throw new NoSuchFieldException("UPGRADE_CONNECTION_ATTRIBUTE");
        HttpConnection.class.getMethod("getGenerator");
        HttpChannelState.class.getMethod("getHttpStream");
        Blocker.class.getMethod("callback");
        Request.class.getMethod("unWrap", Request.class);
        EndPoint.class.getMethod("getSslSessionData");
        Class.forName(JettyConnection.class.getName(), true, JettyUpgrade.class.getClassLoader());
        Class.forName(JettyTransport.class.getName(), true, JettyUpgrade.class.getClassLoader());
    }

    @Override
    public void upgrade(HttpServletRequest request, TransportConnection connection) throws IOException, ServletException {
        Request core = requests.coreRequest(request).orElseThrow(() ->
                new ServletException("The connection cannot be upgraded: a filter has replaced the request of Jetty by an object that is no HttpServletRequestWrapper"));
        if (!(core.getConnectionMetaData().getConnection() instanceof HttpConnection http)) {
            throw new ServletException("The connection cannot be upgraded: it is not an HTTP/1.1 connection of Jetty");
        }
        if (awaits100(core)) send100(http);
        JettyConnection upgraded = new JettyConnection(http.getEndPoint(), core.getConnectionMetaData().getConnector(), connection);
        http.addEventListener(new Connection.Listener() {
            @Override
            public void onClosed(Connection ended) {
                if (!ended.getEndPoint().isOpen()) connection.released();       // the socket has been closed before the switch
            }
        });
        http.getGenerator().setPersistent(true);        // "close" applies to HTTP; Jetty would add it to the 101
        core.setAttribute(HttpStream.UPGRADE_CONNECTION_ATTRIBUTE, upgraded);
    }

    /** Returns whether the client awaits a 100 that Jetty has not sent: it sends it only when content is read. RFC 9110 section 7.8: the 100 precedes the 101. */
    private static boolean awaits100(Request core) {
        return core.getLength() <= 0 && !core.getHeaders().contains(HttpHeader.TRANSFER_ENCODING)
                && core.getHeaders().contains(HttpHeader.EXPECT, HttpHeaderValue.CONTINUE.asString());
    }

    private static void send100(HttpConnection http) throws IOException, ServletException {
        if (!(http.getHttpChannel() instanceof HttpChannelState channel)) throw new ServletException("The connection cannot be upgraded: this version of Jetty is not known");
        try (Blocker.Callback sent = Blocker.callback()) {
            channel.getHttpStream().send(null, HttpGenerator.CONTINUE_100_INFO, false, null, sent);
            sent.block();
        }
    }
}
