package managed;

import io.github.changeover.UpgradeEndpoint;
import io.github.changeover.spi.CloseCause;
import io.github.changeover.spi.ConnectionHandler;
import io.github.changeover.spi.SwitchedConnection;
import jakarta.inject.Inject;
import java.nio.ByteBuffer;
import java.time.Duration;

/** Checks the environment in every callback. */
@UpgradeEndpoint(value = "/callbacks", protocol = "managed")
public class Callbacks implements ConnectionHandler.Events {
    @Inject
    private OfRequest injected;

    private void check(String place) {
        InjectionPoints.check(place, injected);
    }

    @Override
    public void opened(SwitchedConnection connection) {
        check("opened");
    }

    @Override
    public void received(SwitchedConnection connection, ByteBuffer bytes) {
        check("received");
        connection.execute(() -> check("task"));
        boolean more = true;
        while (more) more = connection.send(ByteBuffer.allocate(10_000));
        connection.send(ByteBuffer.allocate(1), failure -> check("completion"));
    }

    @Override
    public void writable(SwitchedConnection connection) {
        check("writable");
        connection.send(ByteBuffer.wrap(new byte[] {'w'}));
    }

    @Override
    public void ended(SwitchedConnection connection) {
        check("ended");
        connection.close();
    }

    @Override
    public void idle(SwitchedConnection connection) {
        check("idle");
    }

    @Override
    public void drain(SwitchedConnection connection, Duration grace) {
        check("drain");
        connection.close();
    }

    @Override
    public void closed(SwitchedConnection connection, CloseCause cause) {
        check("closed");
    }
}
