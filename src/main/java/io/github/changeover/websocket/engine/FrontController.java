package io.github.changeover.websocket.engine;

import io.github.changeover.servlet.LateSwitch;
import io.github.changeover.servlet.RequestAtHand;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.websocket.DeploymentException;
import jakarta.websocket.server.ServerEndpointConfig;
import java.io.IOException;
import java.util.Map;
import org.glassfish.tyrus.core.TyrusWebSocketEngine;

/**
 * Upgrades that the application asks for amid a request, as front controllers of frameworks do: Jakarta WebSocket's
 * {@code ServerContainer.upgradeHttpToWebSocket}. The endpoint is not deployed: an engine of its own is made for each upgrade,
 * and goes with the connection.
 */
final class FrontController {
    private final EndpointContainer container;
    private final PathTerms terms;
    private final WebSocketHandler.Shared shared;

    FrontController(EndpointContainer container, PathTerms terms, WebSocketHandler.Shared shared) {
        this.container = container;
        this.terms = terms;
        this.shared = shared;
    }

    void upgrade(HttpServletRequest request, HttpServletResponse response, ServerEndpointConfig config, Map<String, String> parameters) throws IOException, DeploymentException {
        TyrusWebSocketEngine engine = container.engine();
        String path = RequestAtHand.path(request);
        // Tyrus finds endpoints by their path alone, and this one is wherever it was asked for.
        engine.register(CompressedConfig.at(TyrusRequest.rawPath(path), config), request.getContextPath());
        LateSwitch.to(new WebSocketProtocol(engine, terms.at(path), shared, Map.copyOf(parameters)), request, response);
    }
}
