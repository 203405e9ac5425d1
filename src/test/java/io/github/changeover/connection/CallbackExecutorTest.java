package io.github.changeover.connection;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Callbacks that block do not delay others as long as a thread is available. Uses platform threads, as the thread factory of a
 * container does.
 */
@Timeout(20)
class CallbackExecutorTest {
    private final AtomicInteger made = new AtomicInteger();
    private final CallbackExecutor pool = CallbackExecutor.of(200, task -> {
        made.incrementAndGet();
        return new Thread(task);
    }, null);
    private final CountDownLatch over = new CountDownLatch(1);

    @AfterEach
    void stop() {
        over.countDown();
        pool.close();
    }

    private void submitBlocking(Executor executor, CountDownLatch begun) {
        executor.execute(() -> {
            begun.countDown();
            try {
                over.await();
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            }
        });
    }

    @Test
    void hundredBlockingCallbacksRunConcurrently() throws InterruptedException {
        CountDownLatch begun = new CountDownLatch(100);
        for (int i = 0; i < 100; i++) submitBlocking(pool, begun);
        assertThat(begun.await(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void callbacksAboveTheMaximumWaitAndAreNotRejected() throws InterruptedException {
        CountDownLatch begun = new CountDownLatch(300);
        for (int i = 0; i < 300; i++) submitBlocking(pool, begun);
        over.countDown();
        assertThat(begun.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(made.get()).isLessThanOrEqualTo(200);
    }

    @Test
    @DisplayName("C4: send results run while every callback blocks")
    void sendResultsRunWhileEveryCallbackBlocks() throws InterruptedException {
        CountDownLatch begun = new CountDownLatch(200);
        for (int i = 0; i < 200; i++) submitBlocking(pool, begun);
        assertThat(begun.await(10, TimeUnit.SECONDS)).isTrue();
        CountDownLatch result = new CountDownLatch(1);
        pool.results().execute(result::countDown);
        assertThat(result.await(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void shortCallbacksShareFewThreads() throws InterruptedException {
        for (int i = 0; i < 1000; i++) {
            CountDownLatch done = new CountDownLatch(1);
            pool.execute(done::countDown);
            assertThat(done.await(10, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(made.get()).isLessThanOrEqualTo(2 * Math.max(4, 2 * Runtime.getRuntime().availableProcessors()));
    }

    @Test
    void callbacksWaitWhenNoThreadCanBeCreated() throws InterruptedException {
        CountDownLatch begun = new CountDownLatch(1), later = new CountDownLatch(1);
        try (CallbackExecutor two = CallbackExecutor.of(200, task -> {
            if (made.incrementAndGet() > 1) throw new OutOfMemoryError("unable to create native thread");
            return new Thread(task);
        }, null)) {
            submitBlocking(two, begun);
            assertThat(begun.await(10, TimeUnit.SECONDS)).isTrue();
            two.execute(later::countDown);
            assertThat(later.getCount()).isEqualTo(1);
            over.countDown();
            assertThat(later.await(10, TimeUnit.SECONDS)).isTrue();
        }
    }
}
