package lived;

import io.github.changeover.UpgradeEndpoint;
import io.github.changeover.spi.BlockingConnection;
import io.github.changeover.spi.ConnectionHandler;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** Echoes all bytes until the client ends its side, then sends "goodbye". */
@UpgradeEndpoint(value = "/reader", protocol = "guest")
public final class Reader implements ConnectionHandler.Blocking {
    @Override
    public void serve(BlockingConnection connection) throws IOException {
        connection.input().transferTo(connection.output());
        connection.output().write("goodbye\n".getBytes(StandardCharsets.UTF_8));
    }
}
