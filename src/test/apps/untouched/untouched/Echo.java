package untouched;

import io.github.changeover.spi.ConnectionHandler;
import io.github.changeover.spi.Decision;
import io.github.changeover.spi.ProtocolToken;
import io.github.changeover.spi.SwitchedConnection;
import io.github.changeover.spi.UpgradeProtocol;
import io.github.changeover.spi.UpgradeRequest;
import java.nio.ByteBuffer;
import java.util.List;

/** {@code foo/2} for a GET without content, where a setting names it. This class is never loaded without Changeover. */
public final class Echo implements UpgradeProtocol {
    @Override
    public List<ProtocolToken> tokens() {
        return List.of(ProtocolToken.of("foo/2"));
    }

    @Override
    public Decision negotiate(UpgradeRequest request, ProtocolToken offered) {
        return Decision.Switch.to(offered, context -> new Handler());
    }

    private static final class Handler implements ConnectionHandler.Events {
        @Override
        public void received(SwitchedConnection connection, ByteBuffer bytes) {
            if (!connection.send(bytes)) connection.pause();
        }

        @Override
        public void writable(SwitchedConnection connection) {
            connection.resume();
        }
    }
}
