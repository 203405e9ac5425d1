package topics;

import io.github.changeover.UpgradeEndpoint;
import io.github.changeover.spi.ConnectionHandler;
import io.github.changeover.spi.SharedBytes;
import io.github.changeover.spi.SwitchedConnection;
import io.github.changeover.topics.MessageEncoder;
import io.github.changeover.topics.Topics;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** A protocol of the application: each message is a line. */
@UpgradeEndpoint(value = "/lines/{room}", protocol = "lines/1")
public class Lines implements ConnectionHandler.Events {
    private static final MessageEncoder LINES = message -> SharedBytes.copyOf(StandardCharsets.UTF_8.encode(message.text() + "\r\n"));

    @Override
    public void opened(SwitchedConnection connection) {
        Topics.current().member(connection, LINES).join(connection.request().pathParameter("room"));
    }

    @Override
    public void received(SwitchedConnection connection, ByteBuffer bytes) {
        String line = StandardCharsets.UTF_8.decode(bytes).toString().strip();
        Topics.current().topic(connection.request().pathParameter("room")).except(Topics.current().member(connection, LINES)).publish(line);
    }
}
