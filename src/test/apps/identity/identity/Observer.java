package identity;

import io.github.changeover.websocket.ObservedSession;
import io.github.changeover.websocket.WebSocketListener;
import jakarta.inject.Inject;

/** A listener that is a bean. It observes sessions whose query requests it. */
public class Observer implements WebSocketListener {
    @Inject
    private Observed observed;

    private void note(ObservedSession session, String line) {
        if (session.handshake().query().equals("observed=yes")) observed.add(line);
    }

    @Override
    public void opened(ObservedSession session) {
        note(session, "opened " + session.handshake().path() + " of " + session.handshake().principal().orElseThrow().getName());
    }

    @Override
    public Runnable messageIn(ObservedSession session, boolean text, int bytes, boolean last) {
        note(session, "in " + bytes);
        return NOTHING;
    }

    @Override
    public void messageOut(ObservedSession session, boolean text, int bytes, boolean last) {
        note(session, "out " + bytes);
    }

    @Override
    public void closed(ObservedSession session, int code, String reason) {
        note(session, "closed " + code + " " + reason);
    }
}
