package socket;

import jakarta.websocket.OnMessage;
import jakarta.websocket.Session;
import jakarta.websocket.server.ServerEndpoint;
import java.nio.ByteBuffer;

/** An endpoint for the container's own engine. */
@ServerEndpoint(value = "/echo", subprotocols = "said")
public class Echo {
    @OnMessage
    public String said(String text, Session session) {
        if (text.equals("later")) {
            new Thread(() -> session.getAsyncRemote().sendText("it is later")).start();
            return null;
        }
        return "said " + text;
    }

    @OnMessage
    public ByteBuffer said(ByteBuffer bytes) {
        return bytes;
    }
}
