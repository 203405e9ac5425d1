package managed;

import io.github.changeover.UpgradeEndpoint;
import io.github.changeover.spi.BlockingConnection;
import io.github.changeover.spi.ConnectionHandler;
import jakarta.inject.Inject;
import java.io.IOException;

@UpgradeEndpoint(value = "/streams", protocol = "managed")
public class Streams implements ConnectionHandler.Blocking {
    @Inject
    private OfRequest injected;

    @Override
    public void serve(BlockingConnection connection) throws IOException {
        InjectionPoints.check("serve", injected);
        connection.output().write('x');
    }
}
