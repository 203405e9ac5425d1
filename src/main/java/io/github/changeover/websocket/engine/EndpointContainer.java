package io.github.changeover.websocket.engine;

import io.github.changeover.Changeover;
import io.github.changeover.negotiation.PathTemplate;
import io.github.changeover.servlet.HttpSessionEnds;
import io.github.changeover.spi.UpgradeProtocol;
import io.github.changeover.websocket.Deflate;
import jakarta.servlet.ServletContext;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.websocket.DeploymentException;
import jakarta.websocket.Extension;
import jakarta.websocket.server.ServerEndpointConfig;
import java.io.IOException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import org.glassfish.tyrus.core.ComponentProviderService;
import org.glassfish.tyrus.core.TyrusWebSocketEngine;
import org.glassfish.tyrus.server.TyrusServerContainer;
import org.glassfish.tyrus.spi.WebSocketEngine;

/**
 * The application's {@code ServerContainer}: that of Tyrus, with an engine that has no endpoints, because Changeover passes connections to the endpoints.
 * Application code can add endpoints to it until the first opening handshake (Jakarta WebSocket section 6.4).
 */
final class EndpointContainer extends TyrusServerContainer {
    /** The limit of Tyrus for one read. It has no effect, because the limit of Changeover is checked earlier. */
    private static final int NO_LIMIT = Integer.MAX_VALUE - 1024;

    private final TyrusWebSocketEngine engine;      // without endpoints: callers that look for one find none
    private final TyrusEndpoint.Environment environment;
    private final Map<PathTemplate, TyrusEndpoint> endpoints = new LinkedHashMap<>();     // guarded by registering
    private final Object registrationLock = new Object();
    private SessionTimer timer;
    private boolean stopped;
    private volatile ExecutorService executor;
    private volatile Long idle;         // idle timeout of new sessions in milliseconds, as set by the application; null if it is not set
    private boolean started;        // guarded by registering
    private volatile HttpToWebSocketUpgrade frontController;       // null until upgrades are possible
    private volatile Changeover changeover;                 // null until endpoints are offered; likewise protocols
    private BiFunction<PathTemplate, TyrusEndpoint, UpgradeProtocol> protocols;

    private EndpointContainer(Set<Class<?>> classes, String contextPath, ComponentProviderService instances) {
        super(classes);
        this.engine = TyrusWebSocketEngine.builder(this).incomingBufferSize(NO_LIMIT).build();
        this.environment = TyrusEndpoint.Environment.of(this, contextPath, NO_LIMIT, instances);
    }

    /** Creates a container and sets it as the context attribute. Must be called in an initializer. */
    static void install(Set<Class<?>> endpoints, ServletContext context) {
        ServerDefaultConfigurator.find();
        ContainerAttribute.set(context, new EndpointContainer(endpoints, context.getContextPath(), EndpointInstances.of(context)));
        HttpSessionEnds.register(context);
    }

    /** Adds endpoints that the container has found after this object was created. */
    void add(Set<Class<?>> found) {
        FoundEndpoints.Selection selection = FoundEndpoints.select(found);
        try {
            for (Class<?> type : selection.annotated()) addEndpoint(type);
            for (ServerEndpointConfig config : selection.configured()) addEndpoint(config);
        } catch (DeploymentException wrong) {
            throw new IllegalStateException("The WebSocket endpoints cannot be deployed: " + wrong.getMessage(), wrong);
        }
    }

    /** Deploys the endpoints that were found and added. The second call, from a filter of the container's own Tyrus, does nothing. */
    @Override
    public void start(String rootPath, int port) throws IOException, DeploymentException {
        synchronized (registrationLock) {
            if (started) return;
            super.start(rootPath, port);
            started = true;
            doneDeployment();
        }
    }

    /** Creates an endpoint that is not deployed. */
    TyrusEndpoint endpoint(ServerEndpointConfig config) throws DeploymentException {
        return TyrusEndpoint.of(environment, config);
    }

    /**
     * Enables upgrades by {@link #upgradeHttpToWebSocket}, and offers the endpoints: those that were found and added, and each that is added later.
     *
     * @param protocol creates the protocol for the endpoint at a path
     */
    void serve(HttpToWebSocketUpgrade controller, Changeover offers, BiFunction<PathTemplate, TyrusEndpoint, UpgradeProtocol> protocol) {
        Map<PathTemplate, TyrusEndpoint> before;
        synchronized (registrationLock) {
            before = endpoints();
            frontController = controller;
            protocols = protocol;
            changeover = offers;
        }
        before.forEach((path, endpoint) -> offers.path(path.toString()).offer(protocol.apply(path, endpoint)));
    }

    /**
     * Accepts the upgrade or rejects it. An accepted upgrade is performed when all filters have returned. If it is rejected, the complete response has
     * been sent, the same as for a deployed endpoint: 400, 403, 426, 429 or 503, with a sentence that contains the reason. This method returns normally in
     * both cases. The path's roles and gates, its allowed origins and all limits apply. Call it on the request's thread.
     *
     * @throws IllegalStateException if the request does not offer WebSocket, asynchronous processing has started, or the response is committed. This
     *         method has not sent a response then. Check the field {@code Upgrade} before the call, and respond to other requests with content
     * @throws IllegalArgumentException if the arguments are not an HTTP request and its response
     * @throws DeploymentException if the endpoint cannot be used
     * @throws IOException if the rejection cannot be sent
     */
    @Override
    public void upgradeHttpToWebSocket(Object request, Object response, ServerEndpointConfig config, Map<String, String> pathParameters) throws IOException, DeploymentException {
        HttpToWebSocketUpgrade controller = frontController;
        if (controller == null) throw new IllegalStateException("The application has not started");
        if (!(request instanceof HttpServletRequest http) || !(response instanceof HttpServletResponse answer)) {
            throw new IllegalArgumentException("Pass an HttpServletRequest and its HttpServletResponse");
        }
        controller.upgrade(http, answer, config, pathParameters);
    }

    /** Returns the deployed endpoints by their paths within the application. */
    Map<PathTemplate, TyrusEndpoint> endpoints() {
        synchronized (registrationLock) {
            return Collections.unmodifiableMap(new LinkedHashMap<>(endpoints));
        }
    }

    @Override
    public WebSocketEngine getWebSocketEngine() {
        return engine;
    }

    @Override
    public void register(Class<?> endpoint) throws DeploymentException {
        add(TyrusEndpoint.of(environment, endpoint));
    }

    @Override
    public void register(ServerEndpointConfig config) throws DeploymentException {
        add(TyrusEndpoint.of(environment, config));
    }

    private void add(TyrusEndpoint endpoint) throws DeploymentException {
        PathTemplate path = template(endpoint);
        Changeover offers = changeover;
        if (offers != null) offers.path(path.toString());       // fails if the rules are fixed
        synchronized (registrationLock) {
            TyrusEndpoint other = endpoints.putIfAbsent(path, endpoint);
            if (other != null && other.isFor(endpoint)) return;      // found by the container and added by a framework, too
            if (other != null) throw new DeploymentException("Two WebSocket endpoints have the same path: " + endpoint.path() + " and " + other.path() + ". Use a different path for each endpoint.");
            offers = changeover;
        }
        if (offers != null) offer(offers, path, endpoint);
    }

    private static PathTemplate template(TyrusEndpoint endpoint) throws DeploymentException {
        try {
            return PathTemplate.of(endpoint.path());
        } catch (IllegalArgumentException malformed) {
            throw new DeploymentException(malformed.getMessage(), malformed);
        }
    }

    private void offer(Changeover offers, PathTemplate path, TyrusEndpoint endpoint) throws DeploymentException {
        try {
            offers.path(path.toString()).offer(protocols.apply(path, endpoint));
        } catch (IllegalArgumentException | IllegalStateException not) {
            synchronized (registrationLock) {
                endpoints.remove(path);
            }
            if (not instanceof IllegalStateException late) throw late;
            throw new DeploymentException("The endpoint at " + path + " cannot be deployed: " + not.getMessage(), not);
        }
    }

    /**
     * Adds an endpoint. Possible until the first upgrade request after the start of the application. May be called from any thread.
     *
     * @throws IllegalStateException after that request; the message contains the request and its time
     */
    @Override
    public void addEndpoint(Class<?> endpoint) throws DeploymentException {
        synchronized (registrationLock) {
            if (!started) super.addEndpoint(endpoint);
            if (!started) return;
        }
        register(endpoint);
    }

    /** As {@link #addEndpoint(Class)}. */
    @Override
    public void addEndpoint(ServerEndpointConfig config) throws DeploymentException {
        synchronized (registrationLock) {
            if (!started) super.addEndpoint(config);
            if (!started) return;
        }
        register(config);
    }

    @Override
    public Set<Extension> getInstalledExtensions() {
        return Set.of(new ExtensionChoice.ChosenExtension(Deflate.NAME, List.of()));
    }

    /** Sets the threads for application code that Tyrus would run on its own threads. Must be called before the start. */
    void runOn(Executor threads, Supplier<Supplier<Runnable>> callers, Supplier<Runnable> scope) {
        executor = new ApplicationExecutor(threads, callers, scope);
    }

    /** Used by Tyrus for readers and streams of messages that it assembles itself. */
    @Override
    public ExecutorService getExecutorService() {
        return executor;
    }

    /**
     * Returns the value that the application has set. For a session that is being created this is that value, or the setting for its path if the
     * application has set none.
     */
    @Override
    public long getDefaultMaxSessionIdleTimeout() {
        Long timeout = idle;
        Long first = SessionSchedule.firstIdleTime(timeout);
        return first != null ? first : timeout != null ? timeout : -1;
    }

    @Override
    public void setDefaultMaxSessionIdleTimeout(long milliseconds) {
        idle = milliseconds;
    }

    @Override
    public ScheduledExecutorService getScheduledExecutorService() {
        SessionSchedule ofSession = SessionSchedule.claim(this::timer);
        return ofSession != null ? ofSession : timer();
    }

    /** Returns the timer for scheduled tasks of sessions, such as a heartbeat that the application sets. It keeps no thread when no task is scheduled. */
    synchronized SessionTimer timer() {
        if (timer == null) {
            timer = new SessionTimer(executor);
            if (stopped) timer.shutdownNow();       // it rejects new tasks and has no thread
        }
        return timer;
    }

    /** Part of the API of Tyrus. Not every version declares it in a supertype. */
    public Map<String, Object> getProperties() {
        return Map.of();
    }

    @Override
    public synchronized void stop() {
        super.stop();
        stopped = true;
        if (timer != null) timer.shutdownNow();
    }
}
