package io.github.changeover.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.testkit.MemoryConnection;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LiveUpdatesTest {
    private final ConsoleTimer clock = new ConsoleTimer(getClass().getClassLoader());
    private final LiveUpdates lines = new LiveUpdates(clock);

    @AfterEach
    void stop() {
        clock.close();
    }

    @Test
    void timerRunsOnlyWhilePagesAreOpen() throws InterruptedException {
        assertThat(lines.isRunning()).isFalse();
        CountDownLatch both = new CountDownLatch(2);
        MemoryConnection one = MemoryConnection.of(new LiveUpdateSocket(lines, () -> countUpdate(both), ViewerPermission.FOREVER));
        MemoryConnection other = MemoryConnection.of(new LiveUpdateSocket(lines, () -> countUpdate(both), ViewerPermission.FOREVER));
        assertThat(both.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(lines.isRunning()).isTrue();
        one.end();
        assertThat(lines.isRunning()).isTrue();
        other.reset();
        assertThat(lines.isRunning()).isFalse();
    }

    private static Optional<String> countUpdate(CountDownLatch latch) {
        latch.countDown();
        return Optional.of("{}");
    }

    @Test
    void pageThatReadsNothingGetsNoMoreUpdates() throws InterruptedException {
        CountDownLatch told = new CountDownLatch(3);
        MemoryConnection slow = MemoryConnection.slow(new LiveUpdateSocket(lines, () -> countUpdate(told), ViewerPermission.FOREVER), 1000);
        assertThat(told.await(3, TimeUnit.SECONDS)).isFalse();
        assertThat(told.getCount()).isEqualTo(2);
        slow.takes(1000);
        assertThat(told.await(10, TimeUnit.SECONDS)).as("goes on").isTrue();
        slow.close();
    }
}
