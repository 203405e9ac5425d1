package io.github.changeover.demo;

import io.github.changeover.topics.Topic;
import io.github.changeover.topics.Topics;
import jakarta.websocket.CloseReason;
import jakarta.websocket.OnClose;
import jakarta.websocket.OnError;
import jakarta.websocket.OnMessage;
import jakarta.websocket.OnOpen;
import jakarta.websocket.Session;
import jakarta.websocket.server.PathParam;
import jakarta.websocket.server.ServerEndpoint;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;

/**
 * {@code websocket} on {@code /chat/{room}}: every message is sent to all clients in the room, with {@code changeover.relay} on all nodes. A client that reads
 * too slowly misses messages; it does not delay the other clients. The response to {@code /who} is the number of clients in the room.
 */
@ServerEndpoint("/chat/{room}")
public final class ChatSocket {
    private static final int LONGEST = 2000;
    private static final String NODE = nodeName();

    /** For the container. */
    public ChatSocket() {
    }

    @OnOpen
    public void enter(Session guest, @PathParam("room") String room) {
        topic(room).join(Topics.current().member(guest));
        topic(room).publish(name(guest) + " entered");
    }

    @OnMessage
    public void received(String message, Session guest, @PathParam("room") String room) {
        if (message.equals("/who")) guest.getAsyncRemote().sendText("/who " + members(room));
        else topic(room).publish(name(guest) + ": " + (message.length() > LONGEST ? message.substring(0, LONGEST) : message));
    }

    /** Nothing has to be removed: the guest leaves the topic when its connection closes. */
    @OnClose
    public void leave(Session guest, @PathParam("room") String room) {
        topic(room).publish(name(guest) + " left");
    }

    /** Called for a broken connection, and for a room whose name is not allowed for a topic. A call of leave() follows. */
    @OnError
    public void failed(Session guest, Throwable failure) throws IOException {
        System.getLogger(ChatSocket.class.getName()).log(System.Logger.Level.DEBUG, "The connection of a chat guest failed", failure);
        if (guest.isOpen()) guest.close(new CloseReason(CloseReason.CloseCodes.VIOLATED_POLICY, "The name of the room is not allowed, or there are too many rooms."));
    }

    private static Topic topic(String room) {
        return Topics.current().topic("chat/" + room);
    }

    private static String members(String room) {
        return topic(room).presence().members() + " in this room, " + topic(room).members().size() + " of them on node " + NODE;
    }

    private static String name(Session guest) {
        return "guest " + guest.getId().substring(0, 4);
    }

    /** The host name; in a container it is that of the container. The system property is for two nodes on one host. */
    private static String nodeName() {
        try {
            return System.getProperty("demo.node", InetAddress.getLocalHost().getHostName());
        } catch (UnknownHostException unknown) {
            return "unknown";
        }
    }
}
