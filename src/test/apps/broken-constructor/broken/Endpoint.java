package broken;

import io.github.changeover.UpgradeEndpoint;
import io.github.changeover.spi.BlockingConnection;
import io.github.changeover.spi.ConnectionHandler;

@UpgradeEndpoint(value = "/x", protocol = "x")
public class Endpoint implements ConnectionHandler.Blocking {
    public Endpoint(String needed) {
    }

    @Override
    public void serve(BlockingConnection connection) {
    }
}
