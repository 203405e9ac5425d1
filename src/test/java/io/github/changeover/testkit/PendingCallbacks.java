package io.github.changeover.testkit;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;

/**
 * The callback pool of an application in memory. A callback that a container would run on a thread of the pool runs on the thread of the test, when the test
 * calls {@link #run}.
 */
final class PendingCallbacks implements Executor {
    private final Queue<Runnable> pending = new ConcurrentLinkedQueue<>();

    @Override
    public void execute(Runnable callbacks) {
        pending.add(callbacks);
    }

    void run() {
        for (Runnable next = pending.poll(); next != null; next = pending.poll()) next.run();
    }
}
