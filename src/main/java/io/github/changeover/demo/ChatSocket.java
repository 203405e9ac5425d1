package io.github.changeover.demo;

import jakarta.websocket.CloseReason;
import jakarta.websocket.OnClose;
import jakarta.websocket.OnError;
import jakarta.websocket.OnMessage;
import jakarta.websocket.OnOpen;
import jakarta.websocket.Session;
import jakarta.websocket.server.PathParam;
import jakarta.websocket.server.ServerEndpoint;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * {@code websocket} on {@code /chat/{room}}: every message is sent to all clients in the room. A client that is too slow is disconnected by
 * the queue limit of its own connection. It does not delay the other clients.
 */
@ServerEndpoint("/chat/{room}")
public final class ChatSocket {
    private static final int LONGEST = 2000;
    private static final Map<String, Set<Session>> ROOMS = new ConcurrentHashMap<>();

    /** For the container. */
    public ChatSocket() {
    }

    @OnOpen
    public void enter(Session guest, @PathParam("room") String room) {
        ROOMS.compute(room, (name, before) -> {
            Set<Session> guests = before == null ? ConcurrentHashMap.newKeySet() : before;
            guests.add(guest);
            return guests;
        });
        broadcast(room, name(guest) + " entered");
    }

    @OnMessage
    public void received(String message, Session guest, @PathParam("room") String room) {
        broadcast(room, name(guest) + ": " + (message.length() > LONGEST ? message.substring(0, LONGEST) : message));
    }

    @OnClose
    public void leave(Session guest, CloseReason reason, @PathParam("room") String room) {
        ROOMS.computeIfPresent(room, (name, guests) -> guests.remove(guest) && guests.isEmpty() ? null : guests);
        broadcast(room, name(guest) + " left");
    }

    /** Called for a broken connection. A call of leave() follows. */
    @OnError
    public void broken(Session guest, Throwable failure) {
        System.getLogger(ChatSocket.class.getName()).log(System.Logger.Level.DEBUG, "The connection of a chat guest failed", failure);
    }

    private static void broadcast(String room, String line) {
        for (Session guest : ROOMS.getOrDefault(room, Set.of())) {
            try {
                guest.getAsyncRemote().sendText(line);
            } catch (IllegalStateException closed) {
                // The guest has just left: leave() follows.
            }
        }
    }

    private static String name(Session guest) {
        return "guest " + guest.getId().substring(0, 4);
    }
}
