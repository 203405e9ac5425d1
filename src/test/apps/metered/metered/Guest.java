package metered;

import io.github.changeover.UpgradeEndpoint;
import io.github.changeover.spi.ConnectionHandler;
import io.github.changeover.spi.SwitchedConnection;
import java.nio.ByteBuffer;

/** Echoes. */
@UpgradeEndpoint(value = "/guest", protocol = "guest/1")
public final class Guest implements ConnectionHandler.Events {
    @Override
    public void received(SwitchedConnection connection, ByteBuffer bytes) {
        connection.send(bytes);
    }
}
