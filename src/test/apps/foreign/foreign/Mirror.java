package foreign;

import io.github.changeover.UpgradeEndpoint;
import io.github.changeover.spi.ConnectionHandler;
import io.github.changeover.spi.SwitchedConnection;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

@UpgradeEndpoint(value = "/mirror", protocol = "mirror")
public class Mirror implements ConnectionHandler.Events {
    @Override
    public void opened(SwitchedConnection connection) {
        connection.send(StandardCharsets.UTF_8.encode(connection.request().contextPath() + "\n"));
    }

    @Override
    public void received(SwitchedConnection connection, ByteBuffer bytes) {
        connection.send(bytes);
    }
}
