package topics;

import io.github.changeover.topics.Member;
import io.github.changeover.topics.Membership;
import io.github.changeover.topics.Overflow;
import io.github.changeover.topics.TopicOptions;
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
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Its client is a member of the topic, and commands what is published there. */
@ServerEndpoint("/rooms/{room}")
public class Room {
    static final Map<String, String> ENDS = new ConcurrentHashMap<>();      // code and reason, by room

    @OnOpen
    public void open(Session session, @PathParam("room") String room) {
        String query = session.getQueryString();
        TopicOptions options = query == null ? TopicOptions.DEFAULT : new TopicOptions(Overflow.valueOf(query), 5);
        Membership membership = Topics.current().topic(room, options).join(Topics.current().member(session));
        membership.onDropped(total -> DROPPED.put(room, total));
    }

    static final Map<String, Long> DROPPED = new ConcurrentHashMap<>();

    @OnMessage
    public String command(String command, Session session, @PathParam("room") String room) throws IOException {
        Topics topics = Topics.current();
        Member self = topics.member(session);
        String text = command.substring(command.indexOf(' ') + 1);
        switch (command.split(" ")[0]) {
            case "all" -> topics.topic(room).publish(text);
            case "others" -> topics.topic(room).except(self).publish(text);
            case "begin" -> session.getBasicRemote().sendText(text, false);
            case "finish" -> session.getBasicRemote().sendText(text, true);
            case "leave" -> {
                topics.topic(room).leave(self);
                return "left";
            }
            case "wrong" -> {
                try {
                    for (int i = 0; ; i++) self.join(text + i);
                } catch (IllegalStateException full) {
                    self.joined().stream().filter(topic -> topic.name().startsWith(text)).forEach(topic -> topic.leave(self));
                    return full.getMessage();
                }
            }
            default -> throw new IllegalArgumentException(command);
        }
        return null;
    }

    @OnClose
    public void close(CloseReason reason, Session session, @PathParam("room") String room) {
        Topics topics = Topics.current();
        if (room.startsWith("farewell")) topics.topic(room).except(topics.member(session)).publish("somebody has left");
        ENDS.put(room, reason.getCloseCode().getCode() + " " + reason.getReasonPhrase());
    }

    @OnError
    public void error(Throwable broken) {
        // the client is gone
    }
}
