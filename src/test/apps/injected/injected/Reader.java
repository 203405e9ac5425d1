package injected;

import io.github.changeover.UpgradeEndpoint;
import io.github.changeover.spi.ConnectionHandler;
import io.github.changeover.spi.SharedBytes;
import io.github.changeover.spi.SwitchedConnection;
import io.github.changeover.topics.MessageEncoder;
import io.github.changeover.topics.Topics;
import jakarta.inject.Inject;
import java.nio.ByteBuffer;

/** A member of a topic. */
@UpgradeEndpoint(value = "/reader", protocol = "injected")
public class Reader implements ConnectionHandler.Events {
    private static final MessageEncoder PLAIN = message -> SharedBytes.copyOf(message.content());
    @Inject
    private Topics topics;

    @Override
    public void opened(SwitchedConnection connection) {
        topics.member(connection, PLAIN).join("news");
    }

    @Override
    public void received(SwitchedConnection connection, ByteBuffer bytes) {
        bytes.position(bytes.limit());
    }
}
