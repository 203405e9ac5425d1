package chat;

import jakarta.inject.Inject;
import jakarta.websocket.OnClose;
import jakarta.websocket.OnMessage;
import jakarta.websocket.OnOpen;
import jakarta.websocket.Session;
import jakarta.websocket.server.PathParam;
import jakarta.websocket.server.ServerEndpoint;

/** An ordinary Jakarta WebSocket endpoint: sends what a member of a room writes to all members of it. */
@ServerEndpoint("/chat/{room}")
public class Chat {
    @Inject
    private Rooms rooms;

    @OnOpen
    public void open(@PathParam("room") String room, Session session) {
        rooms.enter(room, session);
        rooms.send(room, "Somebody entered.");
    }

    @OnMessage
    public void message(@PathParam("room") String room, String text) {
        rooms.send(room, text);
    }

    @OnClose
    public void close(@PathParam("room") String room, Session session) {
        rooms.leave(room, session);
        rooms.send(room, "Somebody left.");
    }
}
