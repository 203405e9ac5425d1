package targets;

import jakarta.websocket.HandshakeResponse;
import jakarta.websocket.OnMessage;
import jakarta.websocket.Session;
import jakarta.websocket.server.HandshakeRequest;
import jakarta.websocket.server.PathParam;
import jakarta.websocket.server.ServerEndpoint;
import jakarta.websocket.server.ServerEndpointConfig;

/** Returns facts of its session. {@code param} returns the path parameter as injected, {@code handshake} what the Configurator has seen. */
@ServerEndpoint(value = "/p/{v}", configurator = Deployed.Looking.class)
public class Deployed {
    public static class Looking extends ServerEndpointConfig.Configurator {
        @Override
        public void modifyHandshake(ServerEndpointConfig config, HandshakeRequest request, HandshakeResponse response) {
            config.getUserProperties().put("handshake", request.getRequestURI() + " " + request.getQueryString());
        }
    }

    @OnMessage
    public String asked(String question, Session session, @PathParam("v") String value) {
        return switch (question) {
            case "param" -> Told.ascii(value);
            case "handshake" -> String.valueOf(session.getUserProperties().get("handshake"));
            default -> Told.of(session);
        };
    }
}
