package hostile;

import jakarta.websocket.OnMessage;
import jakarta.websocket.Session;
import jakarta.websocket.server.ServerEndpoint;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Sends messages of 1000 bytes with blocking sends. The message of the client is their number. */
@ServerEndpoint("/sender")
public final class Sender {
    @OnMessage
    public void message(Session session, String count) {
        try {
            for (int i = Integer.parseInt(count); i > 0; i--) session.getBasicRemote().sendBinary(ByteBuffer.allocate(1000));
            Orders.last = "sent " + count;
        } catch (IOException failed) {
            Orders.last = "failed";
        }
    }
}
