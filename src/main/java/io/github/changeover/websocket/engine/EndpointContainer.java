package io.github.changeover.websocket.engine;

import io.github.changeover.servlet.SessionEnds;
import io.github.changeover.websocket.Deflate;
import jakarta.servlet.ServletContext;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.websocket.DeploymentException;
import jakarta.websocket.Extension;
import jakarta.websocket.server.ServerEndpoint;
import jakarta.websocket.server.ServerEndpointConfig;
import java.io.IOException;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Supplier;
import org.glassfish.tyrus.core.TyrusWebSocketEngine;
import org.glassfish.tyrus.server.TyrusServerContainer;
import org.glassfish.tyrus.spi.WebSocketEngine;

/**
 * The application's {@code ServerContainer}: Tyrus' own, with an engine that waits for our connections. Programs add endpoints
 * to it until the application has started (Jakarta WebSocket section 6.4).
 */
final class EndpointContainer extends TyrusServerContainer {
    /** Tyrus' bound on what it reads at once; ours comes before it. */
    private static final int NO_BOUND = Integer.MAX_VALUE - 1024;

    private final String contextPath;
    private final TyrusWebSocketEngine engine;
    private final Set<String> paths = new LinkedHashSet<>();
    private SessionTimer timer;
    private volatile ExecutorService executor;
    private boolean started;
    private volatile Long idle;         // milliseconds of new sessions, as the program has set it; null when it has not
    private volatile FrontController frontController;       // null until it may serve

    private EndpointContainer(Set<Class<?>> classes, String contextPath) {
        super(classes);
        this.contextPath = contextPath;
        this.engine = engine();
    }

    /** Puts one where programs find it. In an initializer. */
    static void install(Set<Class<?>> endpoints, ServletContext context) {
        ContainerAttribute.set(context, new EndpointContainer(endpoints, context.getContextPath()));
        SessionEnds.register(context);
    }

    /** Deploys what was found and added; the second call, by a filter of the container's own Tyrus, does nothing. */
    @Override
    public void start(String rootPath, int port) throws IOException, DeploymentException {
        if (started) return;
        super.start(rootPath, port);
        started = true;
        doneDeployment();
    }

    /** Another engine, with no endpoint. */
    TyrusWebSocketEngine engine() {
        return TyrusWebSocketEngine.builder(this).incomingBufferSize(NO_BOUND).build();
    }

    /** From now on programs may have their requests upgraded. */
    void serve(FrontController controller) {
        frontController = controller;
    }

    /**
     * The switch comes about when all filters have returned. This application's gates and limits hold, its origins among them.
     *
     * @throws IllegalStateException when the request is no opening handshake, or cannot switch; nothing has been answered
     * @throws IOException           when there is no place for it; 429 or 503 has been answered
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

    /** The paths of the endpoints within the application. */
    Set<String> paths() {
        return Collections.unmodifiableSet(paths);
    }

    @Override
    public WebSocketEngine getWebSocketEngine() {
        return engine;
    }

    @Override
    public void register(Class<?> endpoint) throws DeploymentException {
        engine.register(endpoint, contextPath);
        paths.add(path(endpoint.getAnnotation(ServerEndpoint.class).value()));
    }

    @Override
    public void register(ServerEndpointConfig config) throws DeploymentException {
        engine.register(CompressedConfig.of(config), contextPath);
        paths.add(path(config.getPath()));
    }

    private static String path(String template) {
        return template.startsWith("/") ? template : "/" + template;
    }

    @Override
    public void addEndpoint(Class<?> endpoint) throws DeploymentException {
        mustBeOpen();
        super.addEndpoint(endpoint);
    }

    @Override
    public void addEndpoint(ServerEndpointConfig config) throws DeploymentException {
        mustBeOpen();
        super.addEndpoint(config);
    }

    private void mustBeOpen() throws DeploymentException {
        if (started) throw new DeploymentException("The application has started: add endpoints earlier, from a ServletContextListener");
    }

    @Override
    public Set<Extension> getInstalledExtensions() {
        return Set.of(new Named(Deflate.NAME, List.of()));
    }

    /** An extension as the API shows it; its work is done beneath Tyrus. */
    record Named(String getName, List<Parameter> getParameters) implements Extension {
    }

    /** Before the start: where application code runs that Tyrus would run on threads of its own. */
    void runOn(Executor threads, Supplier<Runnable> scope) {
        executor = new LentExecutor(threads, scope);
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
        if (timer == null) timer = new SessionTimer(executor);
        return timer;
    }

    /** Of Tyrus' own; not in every version's supertypes. */
    public Map<String, Object> getProperties() {
        return Map.of();
    }

    @Override
    public synchronized void stop() {
        super.stop();
        if (timer != null) timer.shutdownNow();
    }
}
