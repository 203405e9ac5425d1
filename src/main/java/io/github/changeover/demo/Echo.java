package io.github.changeover.demo;

import io.github.changeover.spi.ConnectionHandler;
import io.github.changeover.spi.Decision;
import io.github.changeover.spi.ProtocolToken;
import io.github.changeover.spi.SwitchedConnection;
import io.github.changeover.spi.UpgradeProtocol;
import io.github.changeover.spi.UpgradeRequest;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * {@code echo}: sends every byte back. After the client's half-close the server sends the remaining bytes and closes.
 *
 * <pre>
 * &gt;&gt; hello
 * &lt;&lt; hello
 * </pre>
 */
final class Echo implements UpgradeProtocol {
    static final ProtocolToken TOKEN = ProtocolToken.of("echo");

    @Override
    public List<ProtocolToken> tokens() {
        return List.of(TOKEN);
    }

    @Override
    public Decision negotiate(UpgradeRequest request, ProtocolToken offered) {
        return Decision.Switch.to(offered, context -> new Handler());
    }

    static final class Handler implements ConnectionHandler.Events {
        @Override
        public void received(SwitchedConnection connection, ByteBuffer bytes) {
            if (!connection.send(bytes)) {
                connection.pause();
            }
        }

        @Override
        public void writable(SwitchedConnection connection) {
            connection.resume();
        }
    }
}
