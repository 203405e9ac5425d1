package front;

import jakarta.websocket.Endpoint;
import jakarta.websocket.EndpointConfig;
import jakarta.websocket.MessageHandler;
import jakarta.websocket.Session;

/** Made by the application itself, for one connection. */
public class Room extends Endpoint {
    private final String room;
    private final String name;

    Room(String room, String name) {
        this.room = room;
        this.name = name;
    }

    @Override
    public void onOpen(Session session, EndpointConfig config) {
        session.getAsyncRemote().sendText(config.getUserProperties().get("greeting") + " " + name + " in " + room + ", " + session.getPathParameters().get("room")
                + ", " + session.getRequestURI().getRawPath() + ", " + session.getNegotiatedSubprotocol());
        session.addMessageHandler(String.class, new MessageHandler.Whole<String>() {
            @Override
            public void onMessage(String words) {
                session.getAsyncRemote().sendText(name + ": " + words);
            }
        });
    }
}
