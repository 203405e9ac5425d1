package posted;

import io.github.changeover.UpgradeEndpoint;
import io.github.changeover.spi.BlockingConnection;
import io.github.changeover.spi.ConnectionHandler;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** For POST, and no word of content: the log is to warn. */
@UpgradeEndpoint(value = "/silent", protocol = "foo/2", methods = {"GET", "POST"})
public class Silent implements ConnectionHandler.Blocking {
    @Override
    public void serve(BlockingConnection connection) throws IOException {
        connection.output().write((connection.protocol() + "\n").getBytes(StandardCharsets.US_ASCII));
        while (connection.input().read() >= 0) {
            // until the client has enough
        }
    }
}
