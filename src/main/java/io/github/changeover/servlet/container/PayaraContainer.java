package io.github.changeover.servlet.container;

import io.github.changeover.connection.LiveConnection;
import io.github.changeover.negotiation.ConnectionField;
import io.github.changeover.servlet.Container;
import io.github.changeover.servlet.ServletEdge;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URI;
import java.util.Collections;
import java.util.Optional;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicReference;
import javax.naming.InitialContext;
import javax.naming.NamingException;

/**
 * Payara 6 and GlassFish 7. Grizzly takes every request with {@code Upgrade} for a raw connection: its body has no end, and
 * the connection closes after the answer. It answers a peer's end by closing, whatever is unsent. {@link GrizzlyConnection}
 * undoes that, for one request at a time.
 */
public final class PayaraContainer implements Container {
    private static final String GRIZZLY = GrizzlyConnection.class.getName();
    private static final long GRIZZLYS_OWN = 30_000;
    private static final String CLOSES = PayaraContainer.class.getName() + ".closes";

    private PayaraListeners listeners;      // null: not known

    /** For the ServiceLoader. */
    public PayaraContainer() {
    }

    @Override
    public boolean hosts(ServletContext context) {
        try {
            Class.forName("org.glassfish.grizzly.http.server.Request", false, context.getClass().getClassLoader());
            listeners = PayaraListeners.of(context);
            return true;
        } catch (ClassNotFoundException | LinkageError elsewhere) {
            return false;
        }
    }

    @Override
    public String name() {
        return "Grizzly, servlet edge";
    }

    @Override
    public boolean keepBodyWhole(HttpServletRequest request) {
        Optional<GrizzlyConnection> grizzly = GrizzlyConnection.of(request);
        boolean closes = ConnectionField.has(Collections.list(request.getHeaders("Connection")), "close");
        boolean whole = grizzly.isPresent() && grizzly.get().mendBody();
        if (whole) request.setAttribute(GRIZZLY, grizzly.get());
        if (whole && closes) closeAfterAnswer(request);
        return whole || request.getContentLengthLong() <= 0 && request.getHeader("Transfer-Encoding") == null;
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
        if (request.getAttribute(GRIZZLY) instanceof GrizzlyConnection mended && !mended.restoreRaw()) {
            throw new IOException("The request's content was not read to its end, or Grizzly is not as known");
        }
    }

    @Override
    public ReadTimeout readTimeout(HttpServletRequest request) {
        Optional<GrizzlyConnection> grizzly = GrizzlyConnection.of(request);
        if (grizzly.isEmpty()) return millis -> { };
        return new ReadTimeout() {
            @Override
            public void atMost(long millis) {
                grizzly.get().readTimeout(millis);
            }

            @Override
            public void restore() {
                grizzly.get().readTimeout(GRIZZLYS_OWN);
            }
        };
    }

    @Override
    public void upgrade(HttpServletRequest request, LiveConnection connection) throws IOException, ServletException {
        restoreRaw(request);
        Optional<GrizzlyConnection> grizzly = GrizzlyConnection.of(request);
        ServletEdge.upgrade(request, connection, grizzly.isPresent() ? new Beneath(grizzly.get()) : Below.NOTHING);
    }

    @Override
    public void field101(HttpServletRequest request, HttpServletResponse response, String name, String value) {
        if (name.equalsIgnoreCase("Content-Type") && GrizzlyConnection.of(request).map(grizzly -> grizzly.field(name, value)).orElse(false)) return;
        response.addHeader(name, value);
    }

    @Override
    public void announce(HttpServletRequest request, HttpServletResponse response, String tokens) {
        if (!GrizzlyConnection.of(request).map(grizzly -> grizzly.field("Upgrade", tokens)).orElse(false)) response.setHeader("Upgrade", tokens);
    }

    @Override
    public ThreadFactory threads() {
        try {
            return (ThreadFactory) new InitialContext().lookup("java:comp/DefaultManagedThreadFactory");
        } catch (NamingException | ClassCastException none) {
            return null;
        }
    }

    @Override
    public String deviations() {
        return takesH2c() + "the 101 has the container's own fields and reason phrase";
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

    /** What Grizzly does for one connection beneath the Servlet API. */
    private static final class Beneath implements Below {
        private static final Runnable ENDED = () -> { };
        private static final int QUEUE = 64 * 1024;     // what waits beyond that waits in our own queue, where it is seen
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
        public void whenEnded(Runnable tell) {
            if (!told.compareAndSet(null, tell)) tell.run();
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
            grizzly.evict();
        }

        @Override
        public void forget() {
            grizzly.forget();
        }
    }
}
