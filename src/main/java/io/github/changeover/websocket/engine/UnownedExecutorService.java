package io.github.changeover.websocket.engine;

import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.TimeUnit;

/** An {@code ExecutorService} for Tyrus on threads that another component owns. It cannot be shut down. */
abstract class UnownedExecutorService extends AbstractExecutorService {
    @Override
    public void shutdown() {
        // the owner of the threads ends them
    }

    @Override
    public List<Runnable> shutdownNow() {
        return List.of();
    }

    @Override
    public boolean isShutdown() {
        return false;
    }

    @Override
    public boolean isTerminated() {
        return false;
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) {
        return false;
    }
}
