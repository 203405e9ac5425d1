package io.github.changeover.servlet.tomcat;

import io.github.changeover.connection.TransportConnection;
import io.github.changeover.servlet.edge.Container;
import io.github.changeover.servlet.edge.ServletUpgradeHandler;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletRequestWrapper;
import jakarta.servlet.http.HttpServletRequest;
import java.io.EOFException;
import java.io.IOException;
import java.lang.reflect.Field;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.RequestFacade;
import org.apache.coyote.AbstractProcessor;
import org.apache.coyote.http11.Http11NioProtocol;
import org.apache.tomcat.util.net.AbstractEndpoint.Handler.SocketState;
import org.apache.tomcat.util.net.SocketWrapperBase;

/**
 * Apache Tomcat 10.1 and 11. {@code upgrade()} accepts a handler of Tomcat's own type and gives it the socket: this is the Tomcat edge. It is used on
 * the NIO connector if the classes pass the self-check and {@code changeover.edge} is not {@code servlet}.
 */
public final class TomcatContainer implements Container {
    private static final System.Logger LOG = System.getLogger(TomcatContainer.class.getName());
    private static final String CORE = "org.apache.catalina.core.";
    private Reach reach;            // null: this Tomcat is not as expected
    private boolean direct;         // whether the Tomcat edge is used
    private String why = "";
    private TomcatConnectors connectors;

    /** Called by the ServiceLoader. */
    public TomcatContainer() {
    }

    @Override
    public Fit identify(ServletContext context) {
        Class<?> behind = context.getClass();
        while (behind != null && !behind.getName().startsWith(CORE)) behind = behind.getSuperclass();
        if (behind == null || !hasCoyote(behind.getClassLoader())) return Fit.OTHER;
        try {
            connectors = TomcatConnectors.of(context);
            if (RequestFacade.class.getClassLoader() != behind.getClassLoader()) {
                throw new ClassNotFoundException("the application has Tomcat's classes in its own libraries, and does not see the server's");
            }
            reach = new Reach();
            direct = true;
            return Fit.COMPLETE;
        } catch (ReflectiveOperationException | LinkageError | RuntimeException unfit) {
            why = " (the Tomcat edge does not fit this version: " + unfit + ")";
            return Fit.servletEdge(unfit.toString());
        }
    }

    /** Returns whether the container has Coyote. Payara and GlassFish also contain Catalina, but on Grizzly. */
    private static boolean hasCoyote(ClassLoader loader) {
        try {
            Class<?> coyote = Class.forName("org.apache.coyote.Request", false, loader);
            return Class.forName("org.apache.catalina.connector.Request", false, loader).getMethod("getCoyoteRequest").getReturnType() == coyote;
        } catch (ReflectiveOperationException | LinkageError elsewhere) {
            return false;
        }
    }

    @Override
    public Optional<URI> localAddress() {
        return connectors == null ? Optional.empty() : connectors.localAddress();
    }

    @Override
    public void keepToServletEdge() {
        if (direct) why = " (changeover.edge=servlet)";
        direct = false;
    }

    @Override
    public String name() {
        return direct ? "Tomcat edge" : "Tomcat, servlet edge" + why;
    }

    @Override
    public boolean framedTwice(HttpServletRequest request) {
        return reach != null && request.getHeader("Transfer-Encoding") != null && reach.willClose(request);
    }

    @Override
    public ReadTimeout readTimeout(HttpServletRequest request) {
        return reach == null ? millis -> { } : reach.readTimeout(request);
    }

    @Override
    public boolean nothingEarly(HttpServletRequest request) {
        return reach != null && reach.overNio(request) && reach.nothingEarly(request);
    }

    @Override
    public void upgrade(HttpServletRequest request, TransportConnection connection) throws IOException, ServletException {
        if (direct && reach.overNio(request)) {
            request.upgrade(TomcatUpgradeHandler.class).carry(connection);
        } else {
            ServletUpgradeHandler.upgrade(request, connection, new TomcatCallbacks(reach == null ? null : reach.socket(request)));
        }
    }

    @Override
    public void beforeHead(HttpServletRequest request) {
        if (reach != null) reach.exactHead(request);
    }

    @Override
    public String deviations() {
        List<String> all = new ArrayList<>();
        if (!direct && reach == null) all.add("a stalled peer keeps its socket until it reads or leaves; a close from an own thread waits for the peer's next byte or end");
        String own = connectors == null ? "" : connectors.takeH2c();
        if (!own.isEmpty()) all.add("the container takes 'Upgrade: h2c' before any filter (Http2Protocol on port " + own + ")");
        return all.isEmpty() ? "none known" : String.join("; ", all);
    }

    @Override
    public int requestThreads() {
        return connectors == null ? 0 : connectors.threads();
    }

    @Override
    public String withoutItsWebSocketEngine() {
        return "Leave Tomcat's own engine out with <Context containerSciFilter=\"org.apache.tomcat.websocket.server.WsSci\"/> in META-INF/context.xml (an embedded Tomcat: "
                + "without tomcat-embed-websocket), or set changeover.websocket.engine=container: then it speaks, and Changeover checks the handshakes.";
    }

    /** Returns a field of Tomcat that has no accessor. */
    static Field field(Class<?> type, String name) throws ReflectiveOperationException {
        Field field = type.getDeclaredField(name);
        field.setAccessible(true);
        return field;
    }

    /** Access from a facade to the objects behind it. This class must be loaded only if Tomcat's classes are available. */
    private static final class Reach {
        private final Field facade = field(RequestFacade.class, "request");
        private final Field hook = field(org.apache.coyote.Request.class, "hook");
        private final Field wrapper = field(AbstractProcessor.class, "socketWrapper");
        private final Field keepAlive = field(Class.forName("org.apache.coyote.http11.Http11Processor", false, Request.class.getClassLoader()), "keepAlive");

        Reach() throws ReflectiveOperationException {
            // The self-check: everything that the Tomcat edge uses exists.
            SocketState.valueOf("SUSPENDED");
            Class.forName(TomcatUpgradeHandler.class.getName(), true, TomcatContainer.class.getClassLoader()).getMethods();
            Class.forName(TomcatTransport.class.getName(), true, TomcatContainer.class.getClassLoader());
        }

        private Request behind(HttpServletRequest request) throws ReflectiveOperationException {
            ServletRequest inner = request;
            while (inner instanceof ServletRequestWrapper wrapper) inner = wrapper.getRequest();
            return inner instanceof RequestFacade ? (Request) facade.get(inner) : null;
        }

        boolean overNio(HttpServletRequest request) {
            try {
                Request behind = behind(request);
                return behind != null && behind.getConnector().getProtocolHandler() instanceof Http11NioProtocol;
            } catch (ReflectiveOperationException | RuntimeException unknown) {
                return false;
            }
        }

        /**
         * Returns whether Tomcat closes the connection after the response. Tomcat removes the Content-Length of a message that also has
         * Transfer-Encoding, and then closes; nothing else of it is visible. A {@code close} from the client and the last request of a connection
         * look the same.
         */
        boolean willClose(HttpServletRequest request) {
            try {
                Request behind = behind(request);
                if (behind == null) return false;
                Object processor = hook.get(behind.getCoyoteRequest());
                return keepAlive.getDeclaringClass().isInstance(processor) && !keepAlive.getBoolean(processor);
            } catch (ReflectiveOperationException | RuntimeException unknown) {
                return false;
            }
        }

        /** Only for HTTP/1.1: in HTTP/2 the timeout would apply to all streams of the connection. */
        ReadTimeout readTimeout(HttpServletRequest request) {
            SocketWrapperBase<?> connection = request.getProtocol().equals("HTTP/1.1") ? socket(request) : null;
            if (connection == null) return millis -> { };
            long own = connection.getReadTimeout();
            return new ReadTimeout() {
                @Override
                public void atMost(long millis) {
                    connection.setReadTimeout(millis);
                }

                @Override
                public void restore() {
                    connection.setReadTimeout(own);
                }
            };
        }

        private AbstractProcessor processor(HttpServletRequest request) throws ReflectiveOperationException {
            Request behind = behind(request);
            return behind != null && hook.get(behind.getCoyoteRequest()) instanceof AbstractProcessor processor ? processor : null;
        }

        /** Returns the connection of the request, or null. */
        SocketWrapperBase<?> socket(HttpServletRequest request) {
            try {
                AbstractProcessor processor = processor(request);
                return processor == null ? null : (SocketWrapperBase<?>) wrapper.get(processor);
            } catch (ReflectiveOperationException | RuntimeException unknown) {
                return null;
            }
        }

        /** Checks the buffers of Tomcat, and the socket without blocking. Bytes that this check reads are kept for the next reader. */
        boolean nothingEarly(HttpServletRequest request) {
            try {
                SocketWrapperBase<?> socket = socket(request);
                return socket != null && processor(request).getLeftoverInput() == null && !socket.isReadyForRead();
            } catch (EOFException ended) {
                return true;
            } catch (IOException | ReflectiveOperationException | RuntimeException unknown) {
                return false;
            }
        }

        /**
         * Corrects the head of the 101. Tomcat adds {@code keep-alive}, {@code close} and {@code Keep-Alive} according to Connection and Expect of
         * the request. A 101 has only {@code Connection: Upgrade}, so both are removed from the request. Tomcat also omits Content-Type for a
         * response without content, but some protocols need it in their 101.
         */
        void exactHead(HttpServletRequest request) {
            try {
                Request behind = behind(request);
                if (behind == null) return;
                org.apache.coyote.Request coyote = behind.getCoyoteRequest();
                coyote.getMimeHeaders().removeHeader("Connection");
                coyote.setExpectation(false);
                String type = coyote.getResponse().getContentType();
                if (type != null) coyote.getResponse().getMimeHeaders().setValue("Content-Type").setString(type);
                Object processor = hook.get(coyote);
                if (keepAlive.getDeclaringClass().isInstance(processor)) keepAlive.setBoolean(processor, true);
            } catch (ReflectiveOperationException | RuntimeException unmended) {
                LOG.log(System.Logger.Level.DEBUG, "The 101 may repeat keep-alive", unmended);
            }
        }
    }
}
