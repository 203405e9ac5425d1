package broadcast;

import jakarta.websocket.OnClose;
import jakarta.websocket.OnError;
import jakarta.websocket.OnOpen;
import jakarta.websocket.Session;
import jakarta.websocket.server.ServerEndpoint;

/** Subscribers with the default settings. */
@ServerEndpoint("/topic")
public class Topic {
    @OnOpen
    public void open(Session session) {
        Subscribers.ALL.add(session);
    }

    @OnClose
    public void close(Session session) {
        Subscribers.ALL.remove(session);
    }

    @OnError
    public void error(Throwable broken) {
        // the client is gone
    }
}
