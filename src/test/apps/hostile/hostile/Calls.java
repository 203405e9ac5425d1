package hostile;

import io.github.changeover.spi.CloseCause;
import io.github.changeover.spi.ConnectionHandler;
import io.github.changeover.spi.SwitchedConnection;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Connections whose callbacks all block. Measures the time that calls from another thread need. */
final class Calls implements ConnectionHandler.Events {
    private static final Queue<SwitchedConnection> OPEN = new ConcurrentLinkedQueue<>();
    private final Record record;
    private final long nanos;

    Calls(Record record, long nanos) {
        this.record = record;
        this.nanos = nanos;
    }

    private void block(String callback) {
        try (Record.Callback inside = record.enter(callback)) {
            Deed.BLOCK.run(nanos);
        }
    }

    @Override
    public void opened(SwitchedConnection connection) {
        OPEN.add(connection);
        block("opened");
    }

    @Override
    public void received(SwitchedConnection connection, ByteBuffer bytes) {
        block("received");
    }

    @Override
    public void closed(SwitchedConnection connection, CloseCause cause) {
        block("closed");
    }

    /** Calls each method of every connection, then closes it. Returns the 99th percentile of each method, in microseconds. */
    static String measure(int rounds) {
        List<SwitchedConnection> connections = new ArrayList<>();
        for (SwitchedConnection next = OPEN.poll(); next != null; next = OPEN.poll()) connections.add(next);
        Times send = new Times("send"), resume = new Times("resume"), execute = new Times("execute"), close = new Times("close");
        for (int round = 0; round < rounds; round++) {
            for (SwitchedConnection connection : connections) {
                send.of(() -> connection.send(ByteBuffer.wrap(new byte[100])));
                resume.of(connection::resume);
                execute.of(() -> connection.execute(() -> { }));
            }
        }
        for (SwitchedConnection connection : connections) close.of(connection::close);
        return send + " " + resume + " " + execute + " " + close;
    }

    private static final class Times {
        private final String name;
        private final List<Long> nanos = new ArrayList<>();

        Times(String name) {
            this.name = name;
        }

        void of(Runnable call) {
            long begun = System.nanoTime();
            call.run();
            nanos.add(System.nanoTime() - begun);
        }

        @Override
        public String toString() {
            long[] sorted = nanos.stream().mapToLong(Long::longValue).sorted().toArray();
            return name + "=" + (sorted.length == 0 ? -1 : sorted[(int) (sorted.length * 0.99)] / 1000) + "/" + Arrays.stream(sorted).max().orElse(-1) / 1000;
        }
    }
}
