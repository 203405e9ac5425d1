package hostile;

import io.github.changeover.spi.CloseCause;
import io.github.changeover.spi.ConnectionHandler;
import io.github.changeover.spi.SwitchedConnection;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** Misbehaves in one callback, and behaves in the others. */
final class Hostile implements ConnectionHandler.Events {
    private final Record record;
    private final String in;
    private final Deed deed;
    private final long nanos;

    Hostile(Record record, String in, Deed deed, long nanos) {
        this.record = record;
        this.in = in;
        this.deed = deed;
        this.nanos = nanos;
    }

    private void in(String callback) {
        try (Record.Callback inside = record.enter(callback)) {
            if (callback.equals(in)) deed.run(nanos);
        }
    }

    @Override
    public void opened(SwitchedConnection connection) {
        connection.send(StandardCharsets.UTF_8.encode("hello"));
        in("opened");
    }

    @Override
    public void received(SwitchedConnection connection, ByteBuffer bytes) {
        switch (in) {
            case "task" -> connection.execute(() -> in("task"));
            case "completion" -> connection.send(bytes, failure -> in("completion"));
            case "writable" -> {
                boolean more = true;
                while (more) more = connection.send(ByteBuffer.allocate(10_000));
            }
            default -> connection.send(bytes);
        }
        in("received");
    }

    @Override
    public void writable(SwitchedConnection connection) {
        in("writable");
    }

    @Override
    public void ended(SwitchedConnection connection) {
        in("ended");
        connection.close();
    }

    @Override
    public void idle(SwitchedConnection connection) {
        in("idle");
    }

    @Override
    public void drain(SwitchedConnection connection, Duration grace) {
        in("drain");
        connection.close();
    }

    @Override
    public void closed(SwitchedConnection connection, CloseCause cause) {
        in("closed");
    }
}
