package io.github.changeover.bench.app;

import io.github.changeover.UpgradeEndpoint;
import io.github.changeover.spi.ConnectionHandler;
import io.github.changeover.spi.SwitchedConnection;
import java.nio.ByteBuffer;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Sends all bytes back in pieces of 256 bytes from a thread outside the callbacks, each piece with a completion. Runs
 * inside the WAR.
 */
@UpgradeEndpoint(value = "/other-threads", protocol = "echo")
public final class OtherThreads implements ConnectionHandler.Events {
    private static final int PIECE = 256;
    private static final Executor[] SENDERS = {sender(), sender()};
    private static final AtomicInteger COUNT = new AtomicInteger();
    private final Executor sender = SENDERS[COUNT.getAndIncrement() & 1];
    private int completed;

    private static Executor sender() {
        ThreadFactory daemons = task -> {
            Thread thread = new Thread(task, "bench-sender");
            thread.setDaemon(true);
            return thread;
        };
        return Executors.newSingleThreadExecutor(daemons);
    }

    @Override
    public void received(SwitchedConnection connection, ByteBuffer bytes) {
        byte[] copy = new byte[bytes.remaining()];
        bytes.get(copy);
        sender.execute(() -> {
            for (int from = 0; from < copy.length; from += PIECE) {
                connection.send(ByteBuffer.wrap(copy, from, Math.min(PIECE, copy.length - from)), failure -> completed++);
            }
        });
    }
}
