package hostile;

import jakarta.websocket.OnMessage;
import jakarta.websocket.Session;
import jakarta.websocket.server.ServerEndpoint;
import java.io.IOException;
import java.nio.ByteBuffer;

/** A number: so many messages of 1000 bytes by sends that block. */
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
