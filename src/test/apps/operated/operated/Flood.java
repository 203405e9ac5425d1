package operated;

import io.github.changeover.spi.ConnectionHandler;
import io.github.changeover.spi.SwitchedConnection;
import java.nio.ByteBuffer;

/** Sends more bytes than a peer accepts at once. */
final class Flood implements ConnectionHandler.Events {
    static final int BYTES = 20_000_000;
    private int sent;

    @Override
    public void opened(SwitchedConnection connection) {
        writable(connection);
    }

    @Override
    public void writable(SwitchedConnection connection) {
        boolean more = true;
        while (more && sent < BYTES) {
            sent += 50_000;
            more = connection.send(ByteBuffer.allocate(50_000));
        }
        if (sent >= BYTES) connection.close();
    }

    @Override
    public void received(SwitchedConnection connection, ByteBuffer bytes) {
    }
}
