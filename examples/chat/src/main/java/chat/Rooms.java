package chat;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.websocket.Session;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Who is in which room. One instance for the application, used by all connections at once. */
@ApplicationScoped
public class Rooms {
    private final Map<String, Set<Session>> rooms = new ConcurrentHashMap<>();

    public void enter(String room, Session session) {
        rooms.compute(room, (name, members) -> {
            Set<Session> all = members == null ? ConcurrentHashMap.newKeySet() : members;
            all.add(session);
            return all;
        });
    }

    public void leave(String room, Session session) {
        rooms.computeIfPresent(room, (name, members) -> {
            members.remove(session);
            return members.isEmpty() ? null : members;
        });
    }

    /** Sends the text to each member of the room, without waiting for slow ones. */
    public void send(String room, String text) {
        for (Session member : rooms.getOrDefault(room, Set.of())) {
            try {
                member.getAsyncRemote().sendText(text);
            } catch (IllegalStateException closed) {
                // Its connection has just been closed: leave() follows.
            }
        }
    }
}
