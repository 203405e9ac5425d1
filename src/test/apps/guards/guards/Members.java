package guards;

import io.github.changeover.UpgradeEndpoint;
import io.github.changeover.spi.SwitchedConnection;

/** An endpoint for members only. */
@UpgradeEndpoint(value = "/page/annotated", protocol = "greeting", roles = "member")
public final class Members extends Start.Greeter {
    @Override
    public void opened(SwitchedConnection connection) {
        Seen.add(connection.request().query(), "handler");
        super.opened(connection);
    }
}
