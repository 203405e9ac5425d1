package io.github.changeover.websocket.engine;

import io.github.changeover.negotiation.PathTemplate;
import io.github.changeover.servlet.CurrentRequest;
import io.github.changeover.servlet.HeaderHidingRequest;
import io.github.changeover.servlet.ProtocolLibrary;
import io.github.changeover.servlet.settings.SettingValues;
import jakarta.servlet.ServletContext;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.websocket.server.ServerContainer;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * {@code changeover.websocket.engine=container}: the container's own engine serves the endpoints after the rules, gates and opening handshake of
 * Changeover have accepted a request. The filter of that engine would process a request before the application's filters have completed. Therefore the
 * header fields that it checks are hidden until then. Endpoints that application code adds to the container's {@code ServerContainer} are unknown to
 * Changeover and are served by the container alone.
 */
final class ContainerEngine implements ProtocolLibrary.Started {
    /** The header fields that the filters of Tomcat and of Tyrus check. */
    private static final Set<String> HIDDEN_FIELDS = Set.of("upgrade", "sec-websocket-key");

    private final Map<PathTemplate, Class<?>> endpoints;
    private final String engine;

    private ContainerEngine(Map<PathTemplate, Class<?>> endpoints, String engine) {
        this.endpoints = endpoints;
        this.engine = engine;
    }

    static ProtocolLibrary.Started start(ProtocolLibrary.Start start, EndpointSettings settings, Set<Class<?>> found) {
        ServletContext context = start.context();
        Map<PathTemplate, Class<?>> endpoints = new LinkedHashMap<>();
        FoundEndpoints.paths(found).forEach((path, type) -> endpoints.put(PathTemplate.of(path), type));
        if (endpoints.isEmpty()) return new ProtocolLibrary.Started() { };
        if (!(context.getAttribute(ServerContainer.class.getName()) instanceof ServerContainer engine)) {
            throw new SettingValues.InvalidSettingException(EngineChoice.SETTING, "container", "'own', because this container has no WebSocket engine in this application");
        }
        ContainerEngineProtocol protocol = new ContainerEngineProtocol(ContainerEngineHandshake.to(engine, context), settings, endpoints);
        endpoints.keySet().forEach(path -> start.changeover().path(path.toString()).offer(protocol));
        return new ContainerEngine(endpoints, engine.getClass().getName());
    }

    @Override
    public boolean hidesHeaders() {
        return true;
    }

    @Override
    public HttpServletRequest hideHeaders(HttpServletRequest request) {
        boolean namesWebSocket = Collections.list(request.getHeaders("Upgrade")).stream().anyMatch(value -> value.toLowerCase(Locale.ROOT).contains("websocket"));
        String path = CurrentRequest.path(request);
        boolean isOwnPath = endpoints.keySet().stream().anyMatch(template -> template.matches(path));
        return isOwnPath && (namesWebSocket || request.getHeader("Sec-WebSocket-Key") != null) ? HeaderHidingRequest.hiding(request, HIDDEN_FIELDS) : request;
    }

    @Override
    public String describe() {
        return "WebSocket on " + endpoints.keySet() + " by the container's engine, " + engine;
    }
}
