package io.github.changeover.connection;

import io.github.changeover.spi.CloseCause;
import io.github.changeover.spi.ConnectionHandler;
import io.github.changeover.spi.EarlyData;
import io.github.changeover.spi.ProtocolToken;
import io.github.changeover.spi.UpgradeRequest;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** An application in memory, which creates connections. */
final class ConnectionFixture {
    static final int BOUND = 10_000;
    static final ConnectionLimits LIMITS = new ConnectionLimits(BOUND, Duration.ofSeconds(5), Duration.ofSeconds(3), Duration.ofSeconds(2),
            Duration.ofSeconds(1), Duration.ofMillis(200), Duration.ZERO, 1 << 16);
    private static final UpgradeRequest REQUEST = UpgradeRequest.builder().path("/memory").build();

    /**
     * A pool that runs tasks on the calling thread, so that all effects of an action of the test are visible when the action returns. Not
     * for tests of threading.
     */
    static final class SameThreadExecutor extends AbstractExecutorService {
        private final ThreadLocal<Deque<Runnable>> waiting = new ThreadLocal<>();

        @Override
        public void execute(Runnable task) {
            Deque<Runnable> outer = waiting.get();
            if (outer != null) {
                outer.add(task);
                return;
            }
            Deque<Runnable> tasks = new ArrayDeque<>(List.of(task));
            waiting.set(tasks);
            try {
                for (Runnable next = tasks.poll(); next != null; next = tasks.poll()) next.run();
            } finally {
                waiting.remove();
            }
        }

        @Override
        public void shutdown() {
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
            return true;
        }

        @Override
        public boolean awaitTermination(long timeout, TimeUnit unit) {
            return true;
        }
    }

    /** A pool that runs its tasks when the test requests it, on the thread of the test. */
    static final class ManualExecutor implements Executor {
        private final Queue<Runnable> waiting = new ConcurrentLinkedQueue<>();

        @Override
        public void execute(Runnable task) {
            waiting.add(task);
        }

        /** Returns the number of waiting tasks. */
        int size() {
            return waiting.size();
        }

        void run() {
            for (Runnable next = waiting.poll(); next != null; next = waiting.poll()) next.run();
        }
    }

    static final CloseCause DRAINED = CloseCause.of(CloseCause.Kind.DRAINED, "a test drains");

    final ApplicationResources application;

    ConnectionFixture() {
        this(LIMITS, BlockingHandlerThreads.of(4, null));
    }

    /** With another pool, such as a {@link CallbackExecutor} or a {@link ManualExecutor}. */
    ConnectionFixture(Executor callbacks) {
        this(LIMITS, callbacks, BlockingHandlerThreads.of(4, null), MemoryBudget.defaultMax());
    }

    ConnectionFixture(ConnectionLimits limits, Executor callbacks, BlockingHandlerThreads threads, long memory) {
        application = new ApplicationResources(limits, callbacks, threads, new MemoryBudget(memory), Thread.currentThread().getContextClassLoader(),
                ApplicationResources.CallbackScope.NONE, ConnectionListener.NONE, new SameThreadExecutor(), null);
    }

    /** Waits until the condition is true. */
    static void await(BooleanSupplier condition) {
        for (long until = System.nanoTime() + 10_000_000_000L; !condition.getAsBoolean(); LockSupport.parkNanos(200_000)) {
            if (System.nanoTime() - until > 0) throw new AssertionError("It has not become so within 10 s");
        }
    }

    /** Waits this many milliseconds. A single park could return early. */
    static void advance(long milliseconds) {
        for (long until = System.nanoTime() + milliseconds * 1_000_000; System.nanoTime() - until < 0; ) LockSupport.parkNanos(until - System.nanoTime());
    }

    ConnectionFixture(ConnectionLimits limits, BlockingHandlerThreads threads) {
        this(limits, new SameThreadExecutor(), threads, MemoryBudget.defaultMax());
    }

    TransportConnection connection(ConnectionHandler handler) {
        return connection(handler, EarlyData.DELIVER);
    }

    TransportConnection connection(ConnectionHandler handler, EarlyData early) {
        return connection(handler, early, () -> { });
    }

    TransportConnection connection(ConnectionHandler handler, EarlyData early, Runnable place) {
        return new TransportConnection(application, REQUEST, ProtocolToken.of("memory/1"), early, handler, place);
    }

    static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    static ByteBuffer bytes(int count) {
        return ByteBuffer.allocate(count);
    }
}
