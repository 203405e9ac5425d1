package endpoints;

import jakarta.websocket.OnMessage;
import jakarta.websocket.server.ServerEndpoint;

/** Left out by the application's configuration. */
@ServerEndpoint("/unwanted")
public final class Unwanted {
    /** For the container. */
    public Unwanted() {
    }

    @OnMessage
    public String text(String message) {
        return message;
    }
}
