package lived;

import io.github.changeover.UpgradeEndpoint;
import io.github.changeover.spi.ConnectionHandler;
import io.github.changeover.spi.SwitchedConnection;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Echoes. Sends "idle" and closes when it was idle for too long. */
@UpgradeEndpoint(value = "/idler", protocol = "guest")
public final class Idler implements ConnectionHandler.Events {
    @Override
    public void received(SwitchedConnection connection, ByteBuffer bytes) {
        connection.send(bytes);
    }

    @Override
    public void idle(SwitchedConnection connection) {
        connection.send(StandardCharsets.UTF_8.encode("idle\n"));
        connection.close();
    }
}
