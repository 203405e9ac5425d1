package targets;

import jakarta.websocket.HandshakeResponse;
import jakarta.websocket.OnMessage;
import jakarta.websocket.Session;
import jakarta.websocket.server.HandshakeRequest;
import jakarta.websocket.server.PathParam;
import jakarta.websocket.server.ServerEndpoint;
import jakarta.websocket.server.ServerEndpointConfig;

/** Tells of its session; {@code param} asks for the parameter of the path as it is injected, {@code handshake} for what the Configurator saw. */
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
