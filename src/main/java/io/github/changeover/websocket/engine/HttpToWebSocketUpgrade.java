package io.github.changeover.websocket.engine;

import io.github.changeover.servlet.ApplicationRequestedUpgrade;
import io.github.changeover.servlet.CurrentRequest;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.websocket.DeploymentException;
import jakarta.websocket.server.ServerEndpointConfig;
import java.io.IOException;
import java.util.Map;

/**
 * Performs upgrades that application code requests while it processes a request, as front controllers of frameworks do: Jakarta WebSocket's
 * {@code ServerContainer.upgradeHttpToWebSocket}. The endpoint is not deployed. It is created for each upgrade and exists as long as its connection. The
 * path in its configuration has no effect.
 */
final class HttpToWebSocketUpgrade {
    private final EndpointContainer container;
    private final EndpointSettings settings;
    private final WebSocketHandler.Shared shared;

    HttpToWebSocketUpgrade(EndpointContainer container, EndpointSettings settings, WebSocketHandler.Shared shared) {
        this.container = container;
        this.settings = settings;
        this.shared = shared;
    }

    void upgrade(HttpServletRequest request, HttpServletResponse response, ServerEndpointConfig config, Map<String, String> parameters) throws IOException, DeploymentException {
        if (config == null) throw new IllegalArgumentException("Pass a ServerEndpointConfig with the class of the endpoint");
        Map<String, String> values = parameters == null ? Map.of() : parameters;
        values.forEach((name, value) -> {
            if (name == null || value == null) {
                throw new IllegalArgumentException("A path parameter must have a name and a value, but '" + name + "' has the value '" + value + "': omit the parameter, or pass an empty value");
            }
        });
        TyrusEndpoint endpoint = container.endpoint(config);
        ApplicationRequestedUpgrade.to(new WebSocketProtocol(endpoint, settings.at(CurrentRequest.path(request)), shared, Map.copyOf(values)), request, response);
    }
}
