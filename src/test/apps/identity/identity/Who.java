package identity;

import jakarta.inject.Inject;
import jakarta.websocket.OnClose;
import jakarta.websocket.OnError;
import jakarta.websocket.OnMessage;
import jakarta.websocket.OnOpen;
import jakarta.websocket.Session;
import jakarta.websocket.server.ServerEndpoint;

/** Records the identity of the caller in every callback. */
@ServerEndpoint("/who")
public class Who {
    @Inject
    private OfRequest injected;

    @OnOpen
    public void opened(Session session) {
        Found.look("@OnOpen", session, injected);
    }

    @OnMessage
    public void said(String text, Session session) {
        if (text.equals("fail")) throw new IllegalStateException("as the test wants");
        Found.look("@OnMessage", session, injected);
        session.getAsyncRemote().sendText("said " + text, result -> Found.look("SendHandler", session, injected));
    }

    @OnError
    public void failed(Session session, Throwable failure) {
        Found.look("@OnError", session, injected);
        session.getAsyncRemote().sendText("failed");
    }

    @OnClose
    public void closed(Session session) {
        Found.look("@OnClose", session, injected);
    }
}
