package lived;

import io.github.changeover.UpgradeEndpoint;
import io.github.changeover.spi.ConnectionHandler;
import io.github.changeover.spi.SwitchedConnection;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** Echoes. Sends "goodbye" and closes when it is drained. */
@UpgradeEndpoint(value = "/guest", protocol = "guest")
public final class Guest implements ConnectionHandler.Events {
    @Override
    public void received(SwitchedConnection connection, ByteBuffer bytes) {
        connection.send(bytes);
    }

    @Override
    public void drain(SwitchedConnection connection, Duration grace) {
        connection.send(StandardCharsets.UTF_8.encode("goodbye\n"));
        connection.close();
    }
}
