package endpoints;

import jakarta.websocket.OnMessage;
import jakarta.websocket.server.ServerEndpoint;

/** An endpoint that the application's configuration excludes. */
@ServerEndpoint("/unwanted")
public final class Unwanted {
    /** The container calls this constructor. */
    public Unwanted() {
    }

    @OnMessage
    public String text(String message) {
        return message;
    }
}
