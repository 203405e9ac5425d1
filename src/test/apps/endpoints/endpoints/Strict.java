package endpoints;

import jakarta.websocket.OnMessage;
import jakarta.websocket.server.ServerEndpoint;
import jakarta.websocket.server.ServerEndpointConfig;

/** An endpoint that rejects every handshake with an Origin. */
@ServerEndpoint(value = "/strict", configurator = Strict.Checking.class)
public final class Strict {
    /** Rejects every origin, also that of the server itself. */
    public static final class Checking extends ServerEndpointConfig.Configurator {
        @Override
        public boolean checkOrigin(String origin) {
            return origin == null;
        }
    }

    /** The container calls this constructor. */
    public Strict() {
    }

    @OnMessage
    public String text(String message) {
        return message;
    }
}
