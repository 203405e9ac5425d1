package broadcast;

import jakarta.websocket.OnMessage;
import jakarta.websocket.server.ServerEndpoint;
import java.io.IOException;

/** Sends to all subscribers as its client commands, and responds when it has. */
@ServerEndpoint("/commands")
public class Commands {
    @OnMessage
    public String command(String command) throws IOException, InterruptedException {
        if (command.equals("count")) return String.valueOf(Subscribers.ALL.size());
        Subscribers.run(command);
        return "done";
    }
}
