package managed;

import io.github.changeover.UpgradeEndpoint;
import io.github.changeover.spi.CloseCause;
import io.github.changeover.spi.ConnectionHandler;
import io.github.changeover.spi.SwitchedConnection;
import jakarta.inject.Inject;
import java.nio.ByteBuffer;
import java.time.Duration;

/** Looks in every callback. */
@UpgradeEndpoint(value = "/callbacks", protocol = "managed")
public class Callbacks implements ConnectionHandler.Events {
    @Inject
    private OfRequest injected;

    private void check(String place) {
        InjectionPoints.check(place, injected);
    }

    @Override
    public void opened(SwitchedConnection connection) {
        look("opened");
    }

    @Override
    public void received(SwitchedConnection connection, ByteBuffer bytes) {
        look("received");
        connection.execute(() -> look("task"));
        boolean more = true;
        while (more) more = connection.send(ByteBuffer.allocate(10_000));
        connection.send(ByteBuffer.allocate(1), failure -> look("completion"));
    }

    @Override
    public void writable(SwitchedConnection connection) {
        look("writable");
        connection.send(ByteBuffer.wrap(new byte[] {'w'}));
    }

    @Override
    public void ended(SwitchedConnection connection) {
        look("ended");
        connection.close();
    }

    @Override
    public void idle(SwitchedConnection connection) {
        look("idle");
    }

    @Override
    public void drain(SwitchedConnection connection, Duration grace) {
        look("drain");
        connection.close();
    }

    @Override
    public void closed(SwitchedConnection connection, CloseCause cause) {
        look("closed");
    }
}
