package lived;

import io.github.changeover.UpgradeEndpoint;
import io.github.changeover.spi.ConnectionHandler;
import io.github.changeover.spi.SwitchedConnection;
import java.nio.ByteBuffer;
import java.time.Duration;

/** Echoes. Ignores a drain. */
@UpgradeEndpoint(value = "/stays", protocol = "guest")
public final class Stays implements ConnectionHandler.Events {
    @Override
    public void received(SwitchedConnection connection, ByteBuffer bytes) {
        connection.send(bytes);
    }

    @Override
    public void drain(SwitchedConnection connection, Duration grace) {
    }
}
