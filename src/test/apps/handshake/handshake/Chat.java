package handshake;

import jakarta.websocket.OnMessage;
import jakarta.websocket.OnOpen;
import jakarta.websocket.Session;
import jakarta.websocket.server.ServerEndpoint;
import java.util.concurrent.atomic.AtomicInteger;

/** The endpoint of the handshake table. It counts the accepted handshakes. */
@ServerEndpoint(value = "/chat", subprotocols = {"chat", "superchat", "v1.echo", "v2.echo"})
public final class Chat {
    static final AtomicInteger OPENED = new AtomicInteger();

    /** The container calls this constructor. */
    public Chat() {
    }

    @OnOpen
    public void opened(Session session) {
        OPENED.incrementAndGet();
    }

    @OnMessage
    public String echo(String message) {
        return message;
    }
}
