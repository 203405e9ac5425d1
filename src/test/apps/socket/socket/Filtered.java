package socket;

import jakarta.websocket.OnMessage;
import jakarta.websocket.Session;
import jakarta.websocket.server.ServerEndpoint;
import java.nio.ByteBuffer;

/** The same as {@link Echo}, behind {@link Wrapping}. */
@ServerEndpoint("/filtered/echo")
public class Filtered {
    private final Echo echo = new Echo();

    @OnMessage
    public String said(String text, Session session) {
        return echo.said(text, session);
    }

    @OnMessage
    public ByteBuffer said(ByteBuffer bytes) {
        return bytes;
    }
}
