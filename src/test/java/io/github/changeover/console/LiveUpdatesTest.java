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
    void nothingRunsWhileNobodyLooks() throws InterruptedException {
        assertThat(lines.beats()).isFalse();
        CountDownLatch both = new CountDownLatch(2);
        MemoryConnection one = MemoryConnection.of(new LiveUpdateSocket(lines, () -> told(both), ViewerPermission.FOREVER));
        MemoryConnection other = MemoryConnection.of(new LiveUpdateSocket(lines, () -> told(both), ViewerPermission.FOREVER));
        assertThat(both.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(lines.beats()).isTrue();
        one.end();
        assertThat(lines.beats()).isTrue();
        other.reset();
        assertThat(lines.beats()).isFalse();
    }

    private static Optional<String> told(CountDownLatch latch) {
        latch.countDown();
        return Optional.of("{}");
    }

    @Test
    void aPageThatTakesNothingIsShownNothingMore() throws InterruptedException {
        CountDownLatch told = new CountDownLatch(3);
        MemoryConnection slow = MemoryConnection.slow(new LiveUpdateSocket(lines, () -> told(told), ViewerPermission.FOREVER), 1000);
        assertThat(told.await(3, TimeUnit.SECONDS)).isFalse();
        assertThat(told.getCount()).isEqualTo(2);
        slow.takes(1000);
        assertThat(told.await(10, TimeUnit.SECONDS)).as("goes on").isTrue();
        slow.close();
    }
}
