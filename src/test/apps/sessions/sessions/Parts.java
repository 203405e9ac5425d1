package sessions;

import jakarta.websocket.OnMessage;
import jakarta.websocket.Session;
import jakarta.websocket.server.ServerEndpoint;
import java.io.IOException;

/** Receives messages in parts, and responds to each part with its length. */
@ServerEndpoint("/parts")
public final class Parts {
    @OnMessage
    public void part(String text, boolean last, Session session) throws IOException {
        session.getBasicRemote().sendText(text.length() + (last ? " last" : ""));
    }
}
