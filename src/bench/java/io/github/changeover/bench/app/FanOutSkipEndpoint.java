package io.github.changeover.bench.app;

import jakarta.websocket.OnClose;
import jakarta.websocket.OnError;
import jakarta.websocket.OnMessage;
import jakarta.websocket.Session;
import jakarta.websocket.server.ServerEndpoint;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Sends each message in a loop to all members whose last send is complete, and skips the others: the engine of Tomcat throws an exception if a send is in
 * progress. {@link FanOutCommand} describes the messages; there is one topic.
 */
@ServerEndpoint("/fan-out/skip")
public final class FanOutSkipEndpoint {
    /** The value is whether a send is in progress. */
    private static volatile Map<Session, AtomicBoolean> members = new ConcurrentHashMap<>();

    @OnMessage
    public void text(Session sender, String text) {
        if (FanOutCommand.is(text)) {
            sender.getAsyncRemote().sendText(text, sent -> command(sender, FanOutCommand.of(text)));
            return;
        }
        members.forEach((member, sending) -> {
            if (sending.compareAndSet(false, true)) send(member, sending, text);
        });
    }

    /** Called when the response was sent, so that no send is in progress when the session becomes a member. */
    private static void command(Session sender, FanOutCommand command) {
        if (command.isJoin()) members.put(sender, new AtomicBoolean());
        else members = new ConcurrentHashMap<>();
    }

    private static void send(Session member, AtomicBoolean sending, String text) {
        try {
            member.getAsyncRemote().sendText(text, sent -> sending.set(false));
        } catch (IllegalStateException closed) {
            members.remove(member);
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
