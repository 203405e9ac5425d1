package io.github.changeover.connection;

import io.github.changeover.spi.SwitchedConnection.Completion;
import java.io.IOException;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** What waits to run in a connection's turns. When the connection has ended, only completions still do. */
final class Tasks {
    private static final System.Logger LOG = System.getLogger(LiveConnection.class.getName());
    private final Queue<Runnable> waiting = new ConcurrentLinkedQueue<>();

    /** A completion that waits to be told of its octets. */
    record Told(Completion completion, IOException failure) implements Runnable {
        @Override
        public void run() {
            completion.done(failure);
        }
    }

    void add(Runnable task) {
        waiting.add(task);
    }

    /** The next, or null. */
    Runnable poll() {
        return waiting.poll();
    }

    /** Runs the completions and drops all else. */
    void drop() {
        for (Runnable task = waiting.poll(); task != null; task = waiting.poll()) {
            if (task instanceof Told) last(task);
        }
    }

    /** One thing to be told at the end: its failure takes nobody else's. */
    static void last(Runnable told) {
        try {
            told.run();
        } catch (RuntimeException | Error failure) {
            LOG.log(System.Logger.Level.WARNING, "A handler failed at the end of its connection", failure);
        }
    }
}
