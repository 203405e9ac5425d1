package socket;

import jakarta.websocket.OnMessage;
import jakarta.websocket.server.ServerEndpoint;

/** An endpoint for the container's own engine. */
@ServerEndpoint("/echo")
public class Echo {
    @OnMessage
    public String said(String text) {
        return "said " + text;
    }
}
