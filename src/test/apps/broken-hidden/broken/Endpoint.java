package broken;

import io.github.changeover.UpgradeEndpoint;
import io.github.changeover.spi.ConnectionHandler;
import io.github.changeover.spi.SwitchedConnection;

@UpgradeEndpoint(value = "/x", protocol = "x")
class Endpoint implements ConnectionHandler.Blocking {
    @Override
    public void serve(SwitchedConnection connection) {
    }
}
