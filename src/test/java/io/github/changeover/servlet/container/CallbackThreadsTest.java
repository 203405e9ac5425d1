package io.github.changeover.servlet.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A callback that waits holds up none of the others. */
@Timeout(20)
class CallbackThreadsTest {
    private final CallbackThreads threads = new CallbackThreads();
    private final CountDownLatch over = new CountDownLatch(1);

    @AfterEach
    void stop() {
        over.countDown();
        threads.shutdown();
    }

    private void waits(CountDownLatch begun) {
        threads.execute(() -> {
            begun.countDown();
            try {
                over.await();
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            }
        });
    }

    @Test
    void aHundredThatWaitAreRunAllTheSame() throws InterruptedException {
        CountDownLatch begun = new CountDownLatch(100);
        for (int i = 0; i < 100; i++) waits(begun);
        assertThat(begun.await(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void beyondTheMostTheyWaitForTheirTurn() throws InterruptedException {
        CountDownLatch begun = new CountDownLatch(300);
        for (int i = 0; i < 300; i++) waits(begun);
        over.countDown();
        assertThat(begun.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(threads.getLargestPoolSize()).isLessThanOrEqualTo(200);
    }

    @Test
    void shortOnesShareAFewThreads() throws InterruptedException {
        for (int i = 0; i < 1000; i++) {
            CountDownLatch done = new CountDownLatch(1);
            threads.execute(done::countDown);
            assertThat(done.await(10, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(threads.getLargestPoolSize()).isLessThanOrEqualTo(2 * Math.max(4, 2 * Runtime.getRuntime().availableProcessors()));
    }
}
