package io.github.changeover.websocket.engine;

import io.github.changeover.Changeover;
import io.github.changeover.negotiation.PathTemplate;
import io.github.changeover.servlet.SessionEnds;
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
import org.glassfish.tyrus.core.TyrusWebSocketEngine;
import org.glassfish.tyrus.server.TyrusServerContainer;
import org.glassfish.tyrus.spi.WebSocketEngine;

/**
 * The application's {@code ServerContainer}: Tyrus' own, with an engine that waits for our connections. Programs add endpoints
 * to it until the first opening handshake (Jakarta WebSocket section 6.4).
 */
final class EndpointContainer extends TyrusServerContainer {
    /** Tyrus' bound on what it reads at once; ours comes before it. */
    private static final int NO_BOUND = Integer.MAX_VALUE - 1024;

    private final TyrusWebSocketEngine engine;      // without endpoints: who asks for it finds none
    private final TyrusEndpoint.Home home;
    private final Map<PathTemplate, TyrusEndpoint> endpoints = new LinkedHashMap<>();     // guarded by registering
    private final Object registering = new Object();
    private SessionTimer timer;
    private boolean stopped;
    private volatile ExecutorService executor;
    private volatile Long idle;         // milliseconds of new sessions, as the program has set it; null when it has not
    private boolean started;        // guarded by registering
    private volatile FrontController frontController;       // null until it may serve
    private volatile Changeover changeover;                 // null until endpoints are offered, as is the next
    private BiFunction<PathTemplate, TyrusEndpoint, UpgradeProtocol> protocols;

    private EndpointContainer(Set<Class<?>> classes, String contextPath) {
        super(classes);
        this.engine = TyrusWebSocketEngine.builder(this).incomingBufferSize(NO_BOUND).build();
        this.home = TyrusEndpoint.Home.of(this, contextPath, NO_BOUND);
    }

    /** Puts one where programs find it. In an initializer. */
    static void install(Set<Class<?>> endpoints, ServletContext context) {
        ServersConfigurator.find();
        ContainerAttribute.set(context, new EndpointContainer(endpoints, context.getContextPath()));
        SessionEnds.register(context);
    }

    /** Deploys what was found and added; the second call, by a filter of the container's own Tyrus, does nothing. */
    @Override
    public void start(String rootPath, int port) throws IOException, DeploymentException {
        synchronized (registering) {
            if (started) return;
            super.start(rootPath, port);
            started = true;
            doneDeployment();
        }
    }

    /** Runs an endpoint that is not deployed. */
    TyrusEndpoint endpoint(ServerEndpointConfig config) throws DeploymentException {
        return TyrusEndpoint.of(home, config);
    }

    /**
     * From now on programs may have their requests upgraded, and the endpoints are offered: those that were found and added, and each that is added.
     *
     * @param protocol makes the protocol for the endpoint at a path
     */
    void serve(FrontController controller, Changeover offers, BiFunction<PathTemplate, TyrusEndpoint, UpgradeProtocol> protocol) {
        Map<PathTemplate, TyrusEndpoint> before;
        synchronized (registering) {
            before = endpoints();
            frontController = controller;
            protocols = protocol;
            changeover = offers;
        }
        before.forEach((path, endpoint) -> offers.path(path.toString()).offer(protocol.apply(path, endpoint)));
    }

    /**
     * Agrees to the upgrade, which happens when all filters have returned; or refuses it, and then the complete response has been sent, the same as for an
     * endpoint that is found at its path: 400, 403, 426, 429 or 503, with a sentence that says why. Returns normally in both cases. The path's roles and
     * gates, its allowed origins and all limits hold. Call it on the request's thread.
     *
     * @throws IllegalStateException    when the request does not ask for WebSocket at all, has gone asynchronous, or its response is committed: nothing has
     *                                  been answered. Look at the field {@code Upgrade} first, and answer other requests with content
     * @throws IllegalArgumentException when these are no request and response of HTTP
     * @throws DeploymentException      when the endpoint cannot be used
     * @throws IOException              when a refusal cannot be sent
     */
    @Override
    public void upgradeHttpToWebSocket(Object request, Object response, ServerEndpointConfig config, Map<String, String> pathParameters) throws IOException, DeploymentException {
        FrontController controller = frontController;
        if (controller == null) throw new IllegalStateException("The application has not started");
        if (!(request instanceof HttpServletRequest http) || !(response instanceof HttpServletResponse answer)) {
            throw new IllegalArgumentException("Give an HttpServletRequest and its HttpServletResponse");
        }
        controller.upgrade(http, answer, config, pathParameters);
    }

    /** The deployed endpoints, by their paths within the application. */
    Map<PathTemplate, TyrusEndpoint> endpoints() {
        synchronized (registering) {
            return Collections.unmodifiableMap(new LinkedHashMap<>(endpoints));
        }
    }

    @Override
    public WebSocketEngine getWebSocketEngine() {
        return engine;
    }

    @Override
    public void register(Class<?> endpoint) throws DeploymentException {
        add(TyrusEndpoint.of(home, endpoint));
    }

    @Override
    public void register(ServerEndpointConfig config) throws DeploymentException {
        add(TyrusEndpoint.of(home, config));
    }

    private void add(TyrusEndpoint endpoint) throws DeploymentException {
        PathTemplate path = template(endpoint);
        Changeover offers = changeover;
        if (offers != null) offers.path(path.toString());       // while the rules are not fixed
        synchronized (registering) {
            TyrusEndpoint other = endpoints.putIfAbsent(path, endpoint);
            if (other != null) throw new DeploymentException("Two WebSocket endpoints have the same path: " + endpoint.path() + " and " + other.path() + ". Give each a path of its own.");
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
            synchronized (registering) {
                endpoints.remove(path);
            }
            if (not instanceof IllegalStateException late) throw late;
            throw new DeploymentException("The endpoint at " + path + " cannot be deployed: " + not.getMessage(), not);
        }
    }

    /**
     * Until the first upgrade request after the start of the application. From any thread.
     *
     * @throws IllegalStateException after it; names that request and its time
     */
    @Override
    public void addEndpoint(Class<?> endpoint) throws DeploymentException {
        synchronized (registering) {
            if (!started) super.addEndpoint(endpoint);
            if (!started) return;
        }
        register(endpoint);
    }

    /** The same. */
    @Override
    public void addEndpoint(ServerEndpointConfig config) throws DeploymentException {
        synchronized (registering) {
            if (!started) super.addEndpoint(config);
            if (!started) return;
        }
        register(config);
    }

    @Override
    public Set<Extension> getInstalledExtensions() {
        return Set.of(new ExtensionChoice.Named(Deflate.NAME, List.of()));
    }

    /** Before the start: where application code runs that Tyrus would run on threads of its own. */
    void runOn(Executor threads, Supplier<Supplier<Runnable>> callers, Supplier<Runnable> scope) {
        executor = new LentExecutor(threads, callers, scope);
    }

    /** For readers and streams of messages that Tyrus puts together itself. */
    @Override
    public ExecutorService getExecutorService() {
        return executor;
    }

    /** What the program has set. A session that is being made gets this, or else what the settings say of its path. */
    @Override
    public long getDefaultMaxSessionIdleTimeout() {
        Long program = idle;
        Long first = SessionSchedule.firstIdleTime(program);
        return first != null ? first : program != null ? program : -1;
    }

    @Override
    public void setDefaultMaxSessionIdleTimeout(long milliseconds) {
        idle = milliseconds;
    }

    @Override
    public ScheduledExecutorService getScheduledExecutorService() {
        SessionSchedule ofSession = SessionSchedule.take(this::timer);
        return ofSession != null ? ofSession : timer();
    }

    /** For what sessions do after a time, as a heartbeat that a program sets: no thread stays when nothing is due. */
    synchronized SessionTimer timer() {
        if (timer == null) {
            timer = new SessionTimer(executor);
            if (stopped) timer.shutdownNow();       // it rejects what comes, and has no thread
        }
        return timer;
    }

    /** Of Tyrus' own; not in every version's supertypes. */
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
