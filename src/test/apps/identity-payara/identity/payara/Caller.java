package identity.payara;

import jakarta.inject.Inject;
import jakarta.websocket.OnMessage;
import jakarta.websocket.OnOpen;
import jakarta.websocket.Session;
import jakarta.websocket.server.ServerEndpoint;
import java.io.IOException;
import java.security.Principal;

/** Returns the caller, as reported by the security of the container. */
@ServerEndpoint("/caller")
public class Caller {
    @Inject
    private Principal caller;

    @OnOpen
    public void opened(Session session) throws IOException {
        session.getBasicRemote().sendText("opened for " + caller.getName());
    }

    @OnMessage
    public String asked(String words) {
        return caller.getName();
    }
}
