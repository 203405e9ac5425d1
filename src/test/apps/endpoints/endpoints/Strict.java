package endpoints;

import jakarta.websocket.OnMessage;
import jakarta.websocket.server.ServerEndpoint;
import jakarta.websocket.server.ServerEndpointConfig;

/** Lets nobody in whose Origin it does not like. */
@ServerEndpoint(value = "/strict", configurator = Strict.Checking.class)
public final class Strict {
    /** Not even the request's own. */
    public static final class Checking extends ServerEndpointConfig.Configurator {
        @Override
        public boolean checkOrigin(String origin) {
            return origin == null;
        }
    }

    /** For the container. */
    public Strict() {
    }

    @OnMessage
    public String text(String message) {
        return message;
    }
}
