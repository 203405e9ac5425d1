package hostile;

import jakarta.websocket.CloseReason;
import jakarta.websocket.OnClose;
import jakarta.websocket.OnMessage;
import jakarta.websocket.OnOpen;
import jakarta.websocket.Session;
import jakarta.websocket.server.ServerEndpoint;
import java.io.IOException;
import java.util.HashSet;
import java.util.Set;

/** Closes each session of a plain set in a loop, while the close of each session removes it from the set. */
@ServerEndpoint("/rooms")
public final class Rooms {
    private static final Set<Session> ALL = new HashSet<>();

    @OnOpen
    public void opened(Session session) {
        synchronized (ALL) {
            ALL.add(session);
        }
    }

    @OnMessage
    public void message(Session session, String text) throws IOException {
        synchronized (ALL) {
            for (Session each : ALL) each.close(new CloseReason(CloseReason.CloseCodes.NORMAL_CLOSURE, "all go"));
            Orders.last = "closed all " + ALL.size();
        }
    }

    @OnClose
    public void closed(Session session) {
        synchronized (ALL) {
            ALL.remove(session);
        }
    }

    static int size() {
        synchronized (ALL) {
            return ALL.size();
        }
    }
}
