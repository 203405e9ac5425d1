package io.github.changeover.websocket.engine;

import io.github.changeover.servlet.HttpSessionEnds;
import io.github.changeover.servlet.LogoutListener;
import io.github.changeover.servlet.ProtocolLibrary;
import io.github.changeover.spi.ProtocolToken;
import io.github.changeover.topics.Topics;
import io.github.changeover.websocket.OpeningHandshake;
import io.github.changeover.websocket.WebSocketListener;
import io.github.changeover.websocket.frames.DeflaterPool;
import jakarta.servlet.ServletContext;
import jakarta.websocket.DeploymentException;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Tyrus on the connections of Changeover, in one application. */
final class ChangeoverEngine implements ProtocolLibrary.Started {
    private static final System.Logger LOG = System.getLogger(WebSocketLibrary.class.getName());
    /** The filter of the container's own Tyrus. Every request with a WebSocket key passes through it, although it has no endpoint. */
    private static final String TYRUS_FILTER = "org.glassfish.tyrus.servlet.TyrusServletFilter";
    private static final ProtocolLibrary.Started NOTHING = new ProtocolLibrary.Started() { };

    private final EndpointContainer container;
    private final String tyrus;
    private final DeflaterPool pool;
    private final HttpSessionEnds ends;

    private ChangeoverEngine(EndpointContainer container, String tyrus, DeflaterPool pool, HttpSessionEnds ends) {
        this.container = container;
        this.pool = pool;
        this.tyrus = tyrus;
        this.ends = ends;
    }

    static ProtocolLibrary.Started start(ProtocolLibrary.Start start, EndpointSettings settings, Set<Class<?>> endpoints) {
        ServletContext context = start.context();
        Optional<EndpointContainer> ours = ContainerAttribute.ours(context);
        if (ours.isEmpty()) {
            if (ContainerAttribute.wasSet(context)) {
                LOG.log(System.Logger.Level.WARNING, "Another WebSocket engine, {0}, has replaced the ServerContainer of Changeover in ''{1}'': Changeover serves no WebSocket "
                        + "endpoint in this application and checks no handshake. {2}", ContainerAttribute.found(context), context.getContextPath(), start.container().webSocketEngineAdvice());
            }
            return NOTHING;
        }
        start.container().removeFilterMappings(context, TYRUS_FILTER);
        EndpointContainer container = ours.get();
        String tyrus = TyrusClasses.describe(context.getClassLoader());
        try {
            container.runOn(start.results(), start.container()::caller, start.scope());
            container.start(context.getContextPath(), -1);
        } catch (DeploymentException | IOException wrong) {
            throw new IllegalStateException("The WebSocket endpoints cannot be deployed: " + wrong.getMessage(), wrong);
        }
        DeflaterPool pool = new DeflaterPool();
        HttpSessionEnds ends = HttpSessionEnds.of(context);
        WebSocketHandler.Shared shared = new WebSocketHandler.Shared(pool, ends, start.results(), container.getExecutorService(), container::timer,
                SessionObserver.Listeners.of(start.found(WebSocketListener.class)));
        container.serve(new HttpToWebSocketUpgrade(container, settings, shared), start.changeover(),
                (path, endpoint) -> new WebSocketProtocol(endpoint, settings.of(path), shared));
        Topics.of(context).findSessions(session -> SessionTopicOutput.of(session, container));
        return new ChangeoverEngine(container, tyrus, pool, ends);
    }

    @Override
    public String describe() {
        return container.endpoints().isEmpty() ? "" : "WebSocket on " + container.endpoints().keySet() + " by " + tyrus;
    }

    /** For {@code ServerContainer.addEndpoint} and {@code upgradeHttpToWebSocket}. */
    @Override
    public List<ProtocolToken> late() {
        return List.of(OpeningHandshake.TOKEN);
    }

    @Override
    public Optional<LogoutListener> logouts() {
        return Optional.of(ends);
    }

    @Override
    public void close() {
        try {
            container.stop();
        } finally {
            pool.close();
        }
    }
}
