package io.github.changeover.testkit;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;

/** The callback pool of an application in memory: what a container would run on a thread of the pool runs when the test next looks, on the test's thread. */
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
