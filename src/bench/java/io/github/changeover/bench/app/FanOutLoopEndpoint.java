package io.github.changeover.bench.app;

import jakarta.websocket.OnClose;
import jakarta.websocket.OnError;
import jakarta.websocket.OnMessage;
import jakarta.websocket.Session;
import jakarta.websocket.server.ServerEndpoint;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Sends each message to all members in a plain loop. {@link FanOutCommand} describes the messages; there is one topic. */
@ServerEndpoint("/fan-out/loop")
public final class FanOutLoopEndpoint {
    private static volatile Set<Session> members = ConcurrentHashMap.newKeySet();

    @OnMessage
    public void text(Session sender, String text) {
        if (FanOutCommand.is(text)) {
            if (FanOutCommand.of(text).isJoin()) members.add(sender);
            else members = ConcurrentHashMap.newKeySet();
            sender.getAsyncRemote().sendText(text);
            return;
        }
        for (Session member : members) {
            try {
                member.getAsyncRemote().sendText(text);
            } catch (IllegalStateException closed) {
                members.remove(member);
            }
        }
    }

    @OnClose
    public void closed(Session session) {
        members.remove(session);
    }

    @OnError
    public void failed(Session session, Throwable failure) {
        members.remove(session);
    }
}
