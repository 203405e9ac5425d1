package managed;

import io.github.changeover.UpgradeEndpoint;
import io.github.changeover.spi.ConnectionHandler;
import io.github.changeover.spi.SwitchedConnection;
import jakarta.inject.Inject;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.locks.LockSupport;

/** Blocks in each callback, checks the environment, and sends the name of the thread. */
@UpgradeEndpoint(value = "/waiting", protocol = "managed")
public class Waiting implements ConnectionHandler.Events {
    @Inject
    private OfRequest injected;

    @Override
    public void received(SwitchedConnection connection, ByteBuffer bytes) {
        LockSupport.parkNanos(30_000_000);
        InjectionPoints.check("waiting", injected);
        connection.send(ByteBuffer.wrap((Thread.currentThread().getName() + "\n").getBytes(StandardCharsets.US_ASCII)));
    }
}
