package io.github.changeover.websocket.engine;

import io.github.changeover.negotiation.PathTemplate;
import io.github.changeover.servlet.Logouts;
import io.github.changeover.servlet.ProtocolLibrary;
import io.github.changeover.servlet.SessionEnds;
import io.github.changeover.websocket.WebSocketListener;
import io.github.changeover.websocket.frames.DeflatePool;
import jakarta.servlet.ServletContext;
import jakarta.websocket.DeploymentException;
import jakarta.websocket.server.ServerContainer;
import java.io.IOException;
import java.util.Optional;
import java.util.Set;

/** Tyrus at work on our connections, in one application. */
final class OwnEngine implements ProtocolLibrary.Started {
    private static final System.Logger LOG = System.getLogger(WebSocketLibrary.class.getName());
    private static final ProtocolLibrary.Started NOTHING = new ProtocolLibrary.Started() { };

    private final EndpointContainer container;
    private final String tyrus;
    private final DeflatePool pool;
    private final SessionEnds ends;

    private OwnEngine(EndpointContainer container, String tyrus, DeflatePool pool, SessionEnds ends) {
        this.container = container;
        this.pool = pool;
        this.tyrus = tyrus;
        this.ends = ends;
    }

    static ProtocolLibrary.Started start(ProtocolLibrary.Start start, PathTerms terms, Set<Class<?>> endpoints) {
        ServletContext context = start.context();
        Optional<EndpointContainer> ours = EndpointContainer.of(context);
        if (ours.isEmpty()) {
            if (!endpoints.isEmpty()) {
                Object other = context.getAttribute(ServerContainer.class.getName());
                LOG.log(System.Logger.Level.WARNING, "The container''s own WebSocket engine ({0}) serves {1}: Changeover checks none of their "
                        + "handshakes. On Tomcat, leave that engine out with <Context containerSciFilter=\"org.apache.tomcat.websocket.server.WsSci\"/> "
                        + "in META-INF/context.xml.", other == null ? "none" : other.getClass().getName(), endpoints);
            }
            return NOTHING;
        }
        EndpointContainer container = ours.get();
        String tyrus = TyrusClasses.describe(context.getClassLoader());
        try {
            container.runOn(start.results(), start.scope());
            container.start(context.getContextPath(), -1);
        } catch (DeploymentException | IOException wrong) {
            throw new IllegalStateException("The WebSocket endpoints cannot be deployed: " + wrong.getMessage(), wrong);
        }
        DeflatePool pool = new DeflatePool();
        SessionEnds ends = SessionEnds.of(context);
        WebSocketHandler.Shared shared = new WebSocketHandler.Shared(pool, ends, start.results(), start.scope(),
                SessionObserver.Listeners.of(start.found(WebSocketListener.class)));
        container.serve(new FrontController(container, terms, shared));
        container.paths().forEach(path -> start.changeover().path(path).offer(new WebSocketProtocol(container.getWebSocketEngine(), terms.of(PathTemplate.of(path)), shared)));
        return new OwnEngine(container, tyrus, pool, ends);
    }

    @Override
    public String describe() {
        return container.paths().isEmpty() ? "" : "WebSocket on " + container.paths() + " by " + tyrus;
    }

    /** By {@code ServerContainer.upgradeHttpToWebSocket}. */
    @Override
    public boolean switchesLate() {
        return true;
    }

    @Override
    public Optional<Logouts> logouts() {
        return Optional.of(ends);
    }

    @Override
    public void close() {
        container.stop();
        pool.close();
    }
}
