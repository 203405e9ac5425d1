package hostile;

import io.github.changeover.spi.CloseCause;
import io.github.changeover.spi.ConnectionHandler;
import io.github.changeover.spi.SwitchedConnection;
import java.nio.ByteBuffer;

/** Echoes each byte at once, and sleeps after each of them. */
final class Sleepy implements ConnectionHandler.Events {
    private final Record record;
    private final long nanos;

    Sleepy(Record record, long nanos) {
        this.record = record;
        this.nanos = nanos;
    }

    @Override
    public void received(SwitchedConnection connection, ByteBuffer bytes) {
        while (bytes.hasRemaining()) {
            connection.send(ByteBuffer.wrap(new byte[] {bytes.get()}));
            Deed.BLOCK.run(nanos);
        }
    }

    @Override
    public void closed(SwitchedConnection connection, CloseCause cause) {
        record.enter("closed").close();
    }
}
