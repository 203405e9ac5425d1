package hostile;

import io.github.changeover.spi.CloseCause;
import io.github.changeover.spi.ConnectionHandler;
import io.github.changeover.spi.SwitchedConnection;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** A handler that behaves. */
final class Quiet implements ConnectionHandler.Events {
    private final Record record;

    Quiet(Record record) {
        this.record = record;
    }

    @Override
    public void opened(SwitchedConnection connection) {
        connection.send(StandardCharsets.UTF_8.encode("hello"));
    }

    @Override
    public void received(SwitchedConnection connection, ByteBuffer bytes) {
        connection.send(bytes);
    }

    @Override
    public void closed(SwitchedConnection connection, CloseCause cause) {
        record.enter("closed").close();
    }
}
