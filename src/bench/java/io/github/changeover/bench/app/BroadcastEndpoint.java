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
 * session only: then the client knows when all its sessions take part. {@code first} does the same, and the sessions of earlier measurements, which
 * the client has reset, no longer take part.
 */
@ServerEndpoint("/broadcast")
public final class BroadcastEndpoint {
    private static final String FIRST = "first", JOIN = "join";
    private static volatile Set<Session> all = ConcurrentHashMap.newKeySet();

    @OnMessage
    public void text(Session sender, String text) {
        if (text.equals(FIRST)) all = ConcurrentHashMap.newKeySet();
        if (text.equals(FIRST) || text.equals(JOIN)) {
            all.add(sender);
            sender.getAsyncRemote().sendText(text);
            return;
        }
        for (Session session : all) send(session, text);
    }

    /** Tomcat's session refuses a text while the thread of the previous one has not yet noted that it was sent, though the client has received it. */
    private static void send(Session session, String text) {
        while (session.isOpen()) {
            try {
                session.getAsyncRemote().sendText(text);
                return;
            } catch (IllegalStateException stillSending) {
                Thread.onSpinWait();
            }
        }
    }

    @OnClose
    public void closed(Session session) {
        all.remove(session);
    }

    @OnError
    public void failed(Session session, Throwable failure) {
        all.remove(session);
    }
}
