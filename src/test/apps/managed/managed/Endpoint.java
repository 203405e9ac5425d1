package managed;

import jakarta.inject.Inject;
import jakarta.websocket.OnClose;
import jakarta.websocket.OnError;
import jakarta.websocket.OnMessage;
import jakarta.websocket.OnOpen;
import jakarta.websocket.Session;
import jakarta.websocket.server.ServerEndpoint;
import java.io.IOException;
import java.io.Reader;
import java.io.StringWriter;

@ServerEndpoint("/endpoint")
public class Endpoint {
    @Inject
    private OfRequest injected;

    @OnOpen
    public void opened(Session session) {
        InjectionPoints.check("@OnOpen", injected);
    }

    /** Receives a Reader, which a library might read on a thread of its own. */
    @OnMessage
    public void message(Session session, Reader text) throws IOException {
        StringWriter whole = new StringWriter();
        text.transferTo(whole);
        if (whole.toString().equals("fail")) throw new IOException("as the test wants");
        InjectionPoints.check("@OnMessage", injected);
        session.getAsyncRemote().sendText(whole.toString(), result -> InjectionPoints.check("SendHandler", injected));
    }

    @OnError
    public void failed(Session session, Throwable failure) {
        InjectionPoints.check("@OnError", injected);
    }

    @OnClose
    public void closed(Session session) {
        InjectionPoints.check("@OnClose", injected);
    }
}
