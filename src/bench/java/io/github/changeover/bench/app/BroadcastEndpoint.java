package io.github.changeover.bench.app;

import jakarta.websocket.OnClose;
import jakarta.websocket.OnError;
import jakarta.websocket.OnMessage;
import jakarta.websocket.Session;
import jakarta.websocket.server.ServerEndpoint;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Sends each message to all sessions, in the usual loop. A session takes part after its first message, {@code join}, which is sent back to this
 * session only: then the client knows when all its sessions take part.
 */
@ServerEndpoint("/broadcast")
public final class BroadcastEndpoint {
    private static final String JOIN = "join";
    private static final Set<Session> SESSIONS = ConcurrentHashMap.newKeySet();

    @OnMessage
    public void text(Session sender, String text) {
        if (text.equals(JOIN)) {
            SESSIONS.add(sender);
            sender.getAsyncRemote().sendText(text);
            return;
        }
        for (Session session : SESSIONS) send(session, text);
    }

    /** A session that the client has just reset may still be in the set. */
    private static void send(Session session, String text) {
        try {
            session.getAsyncRemote().sendText(text);
        } catch (IllegalStateException closed) {
            SESSIONS.remove(session);
        }
    }

    @OnClose
    public void closed(Session session) {
        SESSIONS.remove(session);
    }

    @OnError
    public void failed(Session session, Throwable failure) {
        SESSIONS.remove(session);
    }
}
