package endpoints;

import jakarta.websocket.OnMessage;
import jakarta.websocket.Session;
import jakarta.websocket.server.ServerEndpoint;

/** An endpoint for members only, by a security-constraint. */
@ServerEndpoint("/secret/who")
public final class Secret {
    /** The container calls this constructor. */
    public Secret() {
    }

    @OnMessage
    public String who(String question, Session session) {
        return session.getUserPrincipal().getName();
    }
}
