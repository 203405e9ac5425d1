package hostile;

import io.github.changeover.spi.CloseCause;
import io.github.changeover.spi.ConnectionHandler;
import io.github.changeover.spi.SwitchedConnection;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;

/** Connections in one plain collection, with one lock that every callback acquires. */
final class Crowd implements ConnectionHandler.Events {
    private static final Set<SwitchedConnection> ALL = new HashSet<>();
    private final Record record;

    Crowd(Record record) {
        this.record = record;
    }

    @Override
    public void opened(SwitchedConnection connection) {
        try (Record.Callback inside = record.enter("opened")) {
            synchronized (ALL) {
                ALL.add(connection);
            }
        }
    }

    /** "b" sends to all connections, "c" closes all, also its own, and "e" aborts all. */
    @Override
    public void received(SwitchedConnection connection, ByteBuffer bytes) {
        try (Record.Callback inside = record.enter("received")) {
            byte order = bytes.get();
            synchronized (ALL) {
                for (SwitchedConnection each : ALL) {
                    switch (order) {
                        case 'b' -> each.send(StandardCharsets.UTF_8.encode("to all\n"));
                        case 'c' -> each.close();
                        default -> each.abort();
                    }
                }
            }
        }
    }

    /** Calls every method of its own connection, which is too late, then sends to the others and closes them. */
    @Override
    public void closed(SwitchedConnection connection, CloseCause cause) {
        try (Record.Callback inside = record.enter("closed")) {
            if (connection.send(StandardCharsets.UTF_8.encode("late"))) record.fault("accepted in closed");
            connection.send(StandardCharsets.UTF_8.encode("late"), failure -> {
                if (failure == null) record.fault("sent in closed");
            });
            connection.resume();
            connection.execute(() -> record.fault("a task ran behind closed"));
            connection.endOutput();
            connection.close();
            connection.abort();
            synchronized (ALL) {
                ALL.remove(connection);
                for (SwitchedConnection each : ALL) {
                    each.send(StandardCharsets.UTF_8.encode("gone\n"));
                    each.close();
                }
            }
        }
    }
}
