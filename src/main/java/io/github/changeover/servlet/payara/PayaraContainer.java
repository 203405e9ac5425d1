package io.github.changeover.servlet.payara;

import io.github.changeover.connection.TransportConnection;
import io.github.changeover.http.ConnectionField;
import io.github.changeover.http.ReasonPhrase;
import io.github.changeover.servlet.edge.Container;
import io.github.changeover.servlet.edge.ServletUpgradeHandler;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpUpgradeHandler;
import java.io.IOException;
import java.net.URI;
import java.util.Collections;
import java.util.Optional;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import javax.naming.InitialContext;
import javax.naming.NamingException;

/**
 * Payara 6 and 7, GlassFish 7. Grizzly treats every request with {@code Upgrade} as a raw connection: its content has no end, and the connection
 * closes after the response. Grizzly also closes the connection at the peer's end, even if output is not sent yet. {@link GrizzlyConnection} changes
 * that for each request.
 */
public final class PayaraContainer implements Container {
    private static final System.Logger LOG = System.getLogger(PayaraContainer.class.getName());
    private static final String CORE = "org.apache.catalina.core.";
    private static final String GRIZZLY = GrizzlyConnection.class.getName();
    private static final String RAW = PayaraContainer.class.getName() + ".raw";
    private static final String CLOSES = PayaraContainer.class.getName() + ".closes";

    private PayaraListeners listeners;      // null: not known
    private PayaraCaller caller;

    /** Called by the ServiceLoader. */
    public PayaraContainer() {
    }

    @Override
    public Fit identify(ServletContext context) {
        Class<?> behind = context.getClass();
        while (behind != null && !behind.getName().startsWith(CORE)) behind = behind.getSuperclass();
        if (behind == null) return Fit.OTHER;
        try {
            Class.forName("org.glassfish.grizzly.http.server.Request", false, behind.getClassLoader());
        } catch (ClassNotFoundException | LinkageError elsewhere) {
            return Fit.OTHER;
        }
        listeners = PayaraListeners.of(context);
        caller = PayaraCaller.of(context);
        try {
            GrizzlyConnection.resolve(behind.getClassLoader());
            return Fit.COMPLETE;
        } catch (ReflectiveOperationException | LinkageError | RuntimeException missing) {
            return Fit.unsuitable("Grizzly is not as known here: " + missing);
        }
    }

    @Override
    public String name() {
        return "Grizzly, servlet edge";
    }

    @Override
    public HttpServletRequest repairContent(HttpServletRequest request) {
        Optional<GrizzlyConnection> grizzly = GrizzlyConnection.of(request);
        GrizzlyConnection.Repair repair = grizzly.map(GrizzlyConnection::repair).orElse(GrizzlyConnection.Repair.NOT_POSSIBLE);
        if (repair == GrizzlyConnection.Repair.NOT_POSSIBLE) request.setAttribute(RAW, true);
        if (repair != GrizzlyConnection.Repair.DONE) return request;
        request.setAttribute(GRIZZLY, grizzly.get());
        if (ConnectionField.has(Collections.list(request.getHeaders("Connection")), "close")) closeAfterAnswer(request);
        return new Repaired(request);
    }

    @Override
    public boolean contentEndsWithFraming(HttpServletRequest request) {
        return request.getAttribute(RAW) == null;
    }

    /** A repaired request. If other code calls upgrade() on it, such as the container's own WebSocket engine, the connection becomes raw again. */
    private final class Repaired extends HttpServletRequestWrapper {
        Repaired(HttpServletRequest request) {
            super(request);
        }

        @Override
        public <T extends HttpUpgradeHandler> T upgrade(Class<T> handler) throws IOException, ServletException {
            restoreRaw(this);
            return super.upgrade(handler);
        }
    }

    @Override
    public void abandonContent(HttpServletRequest request) {
        GrizzlyConnection.of(request).ifPresent(GrizzlyConnection::abandonContent);
    }

    @Override
    public void closeAfterAnswer(HttpServletRequest request) {
        GrizzlyConnection.of(request).filter(GrizzlyConnection::closeAfterAnswer).ifPresent(grizzly -> request.setAttribute(CLOSES, true));
    }

    @Override
    public void answered(HttpServletRequest request) {
        if (request.getAttribute(CLOSES) != null && !request.isAsyncStarted()) GrizzlyConnection.of(request).ifPresent(GrizzlyConnection::dropRest);
    }

    @Override
    public void restoreRaw(HttpServletRequest request) throws IOException {
        if (request.getAttribute(GRIZZLY) instanceof GrizzlyConnection repaired && !repaired.restoreRaw()) {
            throw new IOException("The connection cannot be upgraded while content of the request is unread: read it to its end first");
        }
    }

    @Override
    public ReadTimeout readTimeout(HttpServletRequest request) {
        Optional<GrizzlyConnection> grizzly = GrizzlyConnection.of(request);
        if (grizzly.isEmpty()) return millis -> { };
        long own = grizzly.get().readTimeout();
        return new ReadTimeout() {
            @Override
            public void atMost(long millis) {
                grizzly.get().readTimeout(millis);
            }

            @Override
            public void restore() {
                if (own >= 0) grizzly.get().readTimeout(own);
            }
        };
    }

    @Override
    public void upgrade(HttpServletRequest request, TransportConnection connection) throws IOException, ServletException {
        restoreRaw(request);
        Optional<GrizzlyConnection> grizzly = GrizzlyConnection.of(request);
        ServletUpgradeHandler.upgrade(request, connection, grizzly.isPresent() ? new Beneath(grizzly.get()) : Below.NOTHING);
    }

    @Override
    public void field101(HttpServletRequest request, HttpServletResponse response, String name, String value) {
        if (name.equalsIgnoreCase("Content-Type") && GrizzlyConnection.of(request).map(grizzly -> grizzly.field(name, value)).orElse(false)) return;
        response.addHeader(name, value);
    }

    /** Sets the field without the API. If the API sets it, the response loses its framing, and the client waits for its end. */
    @Override
    public void announce(HttpServletRequest request, HttpServletResponse response, String tokens) {
        GrizzlyConnection.of(request).ifPresent(grizzly -> grizzly.field("Upgrade", tokens));
    }

    @Override
    public void reasonPhrase(HttpServletRequest request, int status) {
        String phrase = ReasonPhrase.of(status);
        if (!phrase.isEmpty()) GrizzlyConnection.of(request).ifPresent(grizzly -> grizzly.reasonPhrase(phrase));
    }

    /**
     * Returns a factory that creates each thread in the context of this application. Otherwise Payara gives a thread the context of the code that
     * creates it, and pools create their threads on any thread.
     */
    @Override
    public ThreadFactory threads() {
        try {
            InitialContext names = new InitialContext();
            ThreadFactory factory = (ThreadFactory) names.lookup("java:comp/DefaultManagedThreadFactory");
            Object contexts = names.lookup("java:comp/DefaultContextService");
            Class<?> type = Class.forName("jakarta.enterprise.concurrent.ContextService", false, contexts.getClass().getClassLoader());
            return (ThreadFactory) type.getMethod("createContextualProxy", Object.class, Class.class).invoke(contexts, factory, ThreadFactory.class);
        } catch (NamingException | ReflectiveOperationException | ClassCastException none) {
            LOG.log(System.Logger.Level.DEBUG, "No managed threads here", none);
            return null;
        }
    }

    @Override
    public String deviations() {
        return takesH2c() + "the 101 has the container's own fields and reason phrase";
    }

    @Override
    public Supplier<Runnable> caller() {
        return caller.onThisThread();
    }

    @Override
    public void leaveOut(ServletContext context, String filter) {
        PayaraContext.leaveOut(context, filter);
    }

    private String takesH2c() {
        String takes = "the container takes 'Upgrade: h2c' before any filter ";
        if (listeners == null) return takes + "where HTTP/2 is on for a listener; ";
        return listeners.takeH2c().isEmpty() ? "" : takes + "(HTTP/2 is on for " + String.join(", ", listeners.takeH2c()) + "); ";
    }

    @Override
    public Optional<URI> localAddress() {
        return listeners == null ? Optional.empty() : listeners.localAddress();
    }

    @Override
    public int requestThreads() {
        return listeners == null ? 0 : listeners.threads();
    }

    /** Operations of Grizzly on one connection beneath the Servlet API. */
    private static final class Beneath implements Below {
        private static final Runnable ENDED = () -> { };
        private static final int QUEUE = 64 * 1024;     // further bytes wait in our own queue, where they are counted
        private final GrizzlyConnection grizzly;
        private final AtomicReference<Runnable> told = new AtomicReference<>();

        Beneath(GrizzlyConnection grizzly) {
            this.grizzly = grizzly;
            grizzly.boundQueue(QUEUE);
            grizzly.guardEnd(this::ended);
        }

        private void ended() {
            Runnable waiting = told.getAndSet(ENDED);
            if (waiting != null) waiting.run();
        }

        @Override
        public boolean whenEnded(Runnable tell) {
            if (!told.compareAndSet(null, tell)) tell.run();
            return grizzly.guardsEnd();
        }

        @Override
        public void whenGone(Runnable tell) {
            grizzly.whenClosed(tell);
        }

        @Override
        public boolean endOutput(boolean closing) {
            return grizzly.shutdownOutput(closing);
        }

        @Override
        public void beforeClose() {
            grizzly.closeNotify();
        }

        @Override
        public void abort() {
            grizzly.abort();
        }

        @Override
        public void forget() {
            grizzly.stopReading();
            grizzly.forget();
        }
    }
}
