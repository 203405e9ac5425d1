package clients;

import jakarta.servlet.ServletContextEvent;
import jakarta.servlet.ServletContextListener;
import jakarta.servlet.annotation.WebListener;
import jakarta.websocket.DeploymentException;
import jakarta.websocket.server.ServerContainer;
import jakarta.websocket.server.ServerEndpointConfig;
import java.util.List;
import java.util.Map;

/** Endpoints for public clients: the subprotocols that their servers support, by path. */
@WebListener
public final class Start implements ServletContextListener {
    private static final Map<String, List<String>> PATHS = Map.ofEntries(
            Map.entry("/plain", List.of()), Map.entry("/listed", List.of()), Map.entry("/any", List.of()), Map.entry("/filtered", List.of()),
            Map.entry("/tuned", List.of()), Map.entry("/untuned", List.of()), Map.entry("/bare", List.of()),
            Map.entry("/ocpp/{station}", List.of("ocpp2.0.1", "ocpp1.6")), Map.entry("/websockify", List.of("binary")), Map.entry("/mqtt", List.of("mqtt")),
            Map.entry("/graphql", List.of("graphql-transport-ws")), Map.entry("/stomp", List.of("v12.stomp", "v11.stomp", "v10.stomp")),
            Map.entry("/sockjs/websocket", List.of()), Map.entry("/sockjs/{server}/{session}/websocket", List.of()), Map.entry("/socket.io/", List.of()),
            Map.entry("/cable", List.of("actioncable-v1-json")));

    /** The container calls this constructor. */
    public Start() {
    }

    @Override
    public void contextInitialized(ServletContextEvent event) {
        ServerContainer container = (ServerContainer) event.getServletContext().getAttribute(ServerContainer.class.getName());
        PATHS.forEach((path, subprotocols) -> {
            try {
                container.addEndpoint(ServerEndpointConfig.Builder.create(Echo.class, path).subprotocols(subprotocols).build());
            } catch (DeploymentException failure) {
                throw new IllegalStateException(failure);
            }
        });
    }
}
