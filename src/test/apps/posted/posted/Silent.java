package posted;

import io.github.changeover.UpgradeEndpoint;
import io.github.changeover.spi.BlockingConnection;
import io.github.changeover.spi.ConnectionHandler;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** An endpoint for POST without a content rule. The log must contain a warning. */
@UpgradeEndpoint(value = "/silent", protocol = "foo/2", methods = {"GET", "POST"})
public class Silent implements ConnectionHandler.Blocking {
    @Override
    public void serve(BlockingConnection connection) throws IOException {
        connection.output().write((connection.protocol() + "\n").getBytes(StandardCharsets.US_ASCII));
        while (connection.input().read() >= 0) {
            // until the client closes
        }
    }
}
