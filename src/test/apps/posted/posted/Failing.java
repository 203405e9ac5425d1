package posted;

import io.github.changeover.UpgradeEndpoint;
import io.github.changeover.spi.BlockingConnection;
import io.github.changeover.spi.ConnectionHandler;
import io.github.changeover.spi.SwitchContext;
import java.io.IOException;

/** A blocking handler, which fails in {@code prepare} if the query requests it. */
@UpgradeEndpoint(value = "/blocking", protocol = "foo/2")
public class Failing implements ConnectionHandler.Blocking {
    @Override
    public void prepare(SwitchContext context) {
        if (context.request().query().contains("fail")) throw new UnsupportedOperationException("asked to fail");
    }

    @Override
    public void serve(BlockingConnection connection) throws IOException {
        connection.output().write("served\n".getBytes());
        while (connection.input().read() >= 0) {
            // until the client closes
        }
    }
}
