package io.github.changeover.servlet.tomcat;

import io.github.changeover.servlet.adapter.CatalinaContext;
import io.github.changeover.servlet.adapter.ConnectionUpgrade;
import io.github.changeover.servlet.adapter.Container;
import io.github.changeover.servlet.adapter.RequestRepair;
import jakarta.servlet.ServletContext;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.catalina.connector.RequestFacade;

/**
 * Apache Tomcat 10.1 and 11. {@link TomcatUpgrade} upgrades a connection, on Tomcat's socket ({@link TomcatTransport}: half-close, abort) or on the
 * streams of the Servlet API ({@link TomcatNativeConnection}). {@link TomcatRequestRepair} corrects requests.
 */
public final class TomcatContainer implements Container {
    private TomcatConnectors connectors;
    private TomcatProcessors processors;        // null: this version of Tomcat is not supported completely
    private RequestRepair requestRepair = RequestRepair.NONE;
    private ConnectionUpgrade connectionUpgrade;
    private String reasonForServletApi = "";    // empty if the native transport is used

    /** Called by the ServiceLoader. */
    public TomcatContainer() {
    }

    @Override
    public Fit identify(ServletContext context) {
        Class<?> contextClass = CatalinaContext.classOf(context);
        if (contextClass == null || !hasCoyote(contextClass.getClassLoader())) return Fit.OTHER_CONTAINER;
        try {
            connectors = TomcatConnectors.of(context);
            if (RequestFacade.class.getClassLoader() != contextClass.getClassLoader()) {
                throw new ClassNotFoundException("the application contains Tomcat's classes in its own libraries, and does not see those of the server");
            }
            TomcatUpgrade.requireNativeTransport();
            processors = new TomcatProcessors();
            requestRepair = new TomcatRequestRepair(processors);
            connectionUpgrade = new TomcatUpgrade(processors, true);
        } catch (ReflectiveOperationException | LinkageError | RuntimeException missing) {
            reasonForServletApi = "unsupported Tomcat version: " + missing;
            connectionUpgrade = ConnectionUpgrade.onServletStreams(new TomcatNativeConnection(null));
            return Fit.servletApiOnly("Unsupported Tomcat version (" + missing + ")");
        }
        try {
            TomcatUpgrade.requireEventLoops();
            return Fit.COMPLETE;
        } catch (ReflectiveOperationException | LinkageError | RuntimeException missing) {
            return Fit.withoutEventLoops("Unsupported Tomcat version (" + missing + ")");
        }
    }

    /** Returns whether the container has Coyote. Payara and GlassFish also contain Catalina, but on Grizzly. */
    private static boolean hasCoyote(ClassLoader loader) {
        try {
            Class<?> coyote = Class.forName("org.apache.coyote.Request", false, loader);
            return Class.forName("org.apache.catalina.connector.Request", false, loader).getMethod("getCoyoteRequest").getReturnType() == coyote;
        } catch (ReflectiveOperationException | LinkageError otherContainer) {
            return false;
        }
    }

    @Override
    public void useServletApiOnly() {
        if (processors == null) return;
        connectionUpgrade = new TomcatUpgrade(processors, false);
        reasonForServletApi = "changeover.edge=servlet";
    }

    @Override
    public RequestRepair requestRepair() {
        return requestRepair;
    }

    @Override
    public ConnectionUpgrade connectionUpgrade() {
        return connectionUpgrade;
    }

    // ---- description

    @Override
    public String name() {
        return reasonForServletApi.isEmpty() ? "Tomcat edge" : "Tomcat, servlet edge (" + reasonForServletApi + ")";
    }

    @Override
    public String deviations() {
        List<String> all = new ArrayList<>();
        if (processors == null) {
            all.add("a stalled client keeps its socket until it reads or disconnects, and a close by another thread waits for the client's next byte or end");
        }
        String ports = connectors == null ? "" : connectors.portsThatUpgradeToH2c();
        if (!ports.isEmpty()) all.add("the container handles 'Upgrade: h2c' before any filter (Http2Protocol on port " + ports + ")");
        return all.isEmpty() ? "none known" : String.join("; ", all);
    }

    @Override
    public int requestThreads() {
        return connectors == null ? 0 : connectors.threads();
    }

    @Override
    public Optional<URI> localAddress() {
        return connectors == null ? Optional.empty() : connectors.localAddress();
    }

    @Override
    public String webSocketEngineAdvice() {
        return "Disable Tomcat's own engine with <Context containerSciFilter=\"org.apache.tomcat.websocket.server.WsSci\"/> in META-INF/context.xml (an embedded Tomcat: "
                + "without tomcat-embed-websocket), or set changeover.websocket.engine=container: Tomcat's engine then serves WebSocket, and Changeover checks the handshakes.";
    }
}
