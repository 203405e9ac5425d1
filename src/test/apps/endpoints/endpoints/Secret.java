package endpoints;

import jakarta.websocket.OnMessage;
import jakarta.websocket.Session;
import jakarta.websocket.server.ServerEndpoint;

/** For members only, by a security-constraint. */
@ServerEndpoint("/secret/who")
public final class Secret {
    /** For the container. */
    public Secret() {
    }

    @OnMessage
    public String who(String question, Session session) {
        return session.getUserPrincipal().getName();
    }
}
