package extensions;

import jakarta.websocket.EndpointConfig;
import jakarta.websocket.OnMessage;
import jakarta.websocket.OnOpen;
import jakarta.websocket.Session;
import jakarta.websocket.server.ServerEndpoint;
import jakarta.websocket.server.ServerEndpointConfig;

/** An annotated endpoint, for which no extension can be configured. */
@ServerEndpoint(value = "/annotated", configurator = Choosing.class)
public class Plain {
    private EndpointConfig config;

    @OnOpen
    public void opened(Session session, EndpointConfig given) {
        config = given;
    }

    @OnMessage
    public String asked(String question, Session session) {
        return switch (question) {
            case "negotiated" -> Named.text(session.getNegotiatedExtensions());
            case "configured" -> "[" + Named.text(((ServerEndpointConfig) config).getExtensions()) + "]";
            default -> String.valueOf(session.getUserProperties().get(question));
        };
    }
}
