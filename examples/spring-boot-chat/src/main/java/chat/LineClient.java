package chat;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.changeover.UpgradeEndpoint;
import io.github.changeover.spi.BlockingConnection;
import io.github.changeover.spi.ConnectionHandler;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import org.springframework.messaging.simp.SimpMessagingTemplate;

/** Says each line of a client in the room. Every connection has its own instance, made by Spring. */
@UpgradeEndpoint(value = "/lines", protocol = "chat-lines/1")
public final class LineClient implements ConnectionHandler.Blocking {
    private final SimpMessagingTemplate room;

    public LineClient(SimpMessagingTemplate room) {
        this.room = room;
    }

    @Override
    public void serve(BlockingConnection connection) throws IOException {
        String user = connection.request().principal().orElseThrow().getName();
        BufferedReader input = new BufferedReader(new InputStreamReader(connection.input(), UTF_8));
        for (String line = input.readLine(); line != null; line = input.readLine()) {
            room.convertAndSend("/topic/room", user + ": " + line);
            connection.output().write("said\n".getBytes(UTF_8));
        }
        connection.output().write("bye\n".getBytes(UTF_8));     // the client has ended its side, or the application stops
    }
}
