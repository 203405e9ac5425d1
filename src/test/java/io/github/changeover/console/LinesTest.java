package io.github.changeover.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.testkit.MemoryConnection;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LinesTest {
    private final Clock clock = new Clock(getClass().getClassLoader());
    private final Lines lines = new Lines(clock);

    @AfterEach
    void stop() {
        clock.close();
    }

    @Test
    void nothingRunsWhileNobodyLooks() throws InterruptedException {
        assertThat(lines.beats()).isFalse();
        CountDownLatch both = new CountDownLatch(2);
        MemoryConnection one = MemoryConnection.of(new LiveLine(lines, () -> told(both), Permission.FOREVER));
        MemoryConnection other = MemoryConnection.of(new LiveLine(lines, () -> told(both), Permission.FOREVER));
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
        MemoryConnection slow = MemoryConnection.slow(new LiveLine(lines, () -> told(told), Permission.FOREVER), 1000);
        assertThat(told.await(3, TimeUnit.SECONDS)).isFalse();
        assertThat(told.getCount()).isEqualTo(2);
        slow.takes(1000);
        assertThat(told.await(10, TimeUnit.SECONDS)).as("goes on").isTrue();
        slow.close();
    }
}
