package io.github.changeover.servlet.tomcat;

import io.github.changeover.connection.TransportConnection;
import io.github.changeover.servlet.adapter.ConnectionUpgrade;
import io.github.changeover.servlet.adapter.ServletUpgradeHandler;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import org.apache.catalina.connector.Request;
import org.apache.tomcat.util.net.AbstractEndpoint.Handler.SocketState;
import org.apache.tomcat.util.net.SecureNioChannel;

/**
 * Upgrades connections on Tomcat. {@code upgrade()} accepts a handler of Tomcat's own type and gives it the socket: this is the native transport,
 * {@link TomcatUpgradeHandler} and {@link TomcatTransport}. It is used on the NIO connector unless {@code changeover.edge} is {@code servlet}.
 */
final class TomcatUpgrade implements ConnectionUpgrade {
    private static final System.Logger LOG = System.getLogger(TomcatUpgrade.class.getName());
    private final TomcatProcessors processors;
    private final boolean nativeTransport;

    TomcatUpgrade(TomcatProcessors processors, boolean nativeTransport) {
        this.processors = processors;
        this.nativeTransport = nativeTransport;
    }

    /** Loads every class that the native transport uses on Tomcat's poller, so that a class or member that is missing is found at the start. */
    static void requireNativeTransport() throws ReflectiveOperationException {
        SocketState.valueOf("SUSPENDED");
        TomcatFacades.field(SecureNioChannel.class, TomcatTransport.RECORDS_FIELD);     // first: a class that could not be initialized tells the reason only once
        ClassLoader loader = TomcatUpgrade.class.getClassLoader();
        Class.forName(TomcatUpgradeHandler.class.getName(), true, loader).getMethods();
        Class.forName(TomcatTransport.class.getName(), true, loader);
    }

    /** The same for the classes that only event loops need. */
    static void requireEventLoops() throws ReflectiveOperationException {
        TomcatSocketBuffers.check();
    }

    @Override
    public boolean hasNoEarlyData(HttpServletRequest request) {
        return processors.overNio(request) && processors.hasNoUnreadBytes(request);
    }

    @Override
    public void upgrade(HttpServletRequest request, TransportConnection connection) throws IOException, ServletException {
        if (nativeTransport && processors.overNio(request)) {
            request.upgrade(TomcatUpgradeHandler.class).setConnection(connection);
        } else {
            ServletUpgradeHandler.upgrade(request, connection, new TomcatNativeConnection(processors.socket(request)));
        }
    }

    /**
     * Corrects the head of the 101. Tomcat adds {@code keep-alive}, {@code close} and {@code Keep-Alive} according to Connection and Expect of the
     * request. A 101 has only {@code Connection: Upgrade}, so both are removed from the request. Tomcat also omits Content-Type for a response without
     * content, but some protocols need it in their 101.
     */
    @Override
    public void completeHead(HttpServletRequest request) {
        try {
            Request tomcats = processors.request(request);
            if (tomcats == null) return;
            org.apache.coyote.Request coyote = tomcats.getCoyoteRequest();
            coyote.getMimeHeaders().removeHeader("Connection");
            coyote.setExpectation(false);
            String type = coyote.getResponse().getContentType();
            if (type != null) coyote.getResponse().getMimeHeaders().setValue("Content-Type").setString(type);
            processors.keepAlive(request);
        } catch (ReflectiveOperationException | RuntimeException failure) {
            LOG.log(System.Logger.Level.DEBUG, "The 101 may contain keep-alive fields", failure);
        }
    }
}
