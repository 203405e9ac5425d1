package broken;

import io.github.changeover.UpgradeEndpoint;
import io.github.changeover.spi.BlockingConnection;
import io.github.changeover.spi.ConnectionHandler;

@UpgradeEndpoint(value = "/x/{room", protocol = "x")
public class Endpoint implements ConnectionHandler.Blocking {
    @Override
    public void serve(BlockingConnection connection) {
    }
}
