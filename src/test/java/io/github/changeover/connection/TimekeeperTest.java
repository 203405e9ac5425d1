package io.github.changeover.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.connection.Timekeeper.Finding;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** With a clock that the test turns: idle 5 s, stall 3 s, closing 2 s, linger 1 s. */
class TimekeeperTest {
    private static final long START = Long.MAX_VALUE - 1_000_000_000L;      // nanoTime may wrap
    private final Timekeeper time = new Timekeeper(Rig.LIMITS);
    private long in, out, queued;
    private boolean closing;

    private Finding at(double seconds) {
        return time.look(START + (long) (seconds * 1e9), in, out, queued, closing);
    }

    @Test
    void idleCountsFromTheLastOctetEitherWay() {
        assertThat(at(0)).isEqualTo(Finding.FINE);
        assertThat(at(5)).isEqualTo(Finding.FINE);
        in++;
        assertThat(at(5.1)).isEqualTo(Finding.FINE);
        out++;
        assertThat(at(10)).isEqualTo(Finding.FINE);
        assertThat(at(15)).isEqualTo(Finding.FINE);
        assertThat(at(15.1)).isEqualTo(Finding.IDLE);
    }

    @Test
    void zeroIdleIsForEver() {
        Limits limits = new Limits(1, Duration.ZERO, Duration.ofSeconds(3), Duration.ofSeconds(2), Duration.ofSeconds(1), Duration.ZERO, Duration.ZERO, 0);
        Timekeeper patient = new Timekeeper(limits);
        assertThat(patient.look(0, 0, 0, 0, false)).isEqualTo(Finding.FINE);
        assertThat(patient.look(Long.MAX_VALUE, 0, 0, 0, false)).isEqualTo(Finding.FINE);
    }

    @Test
    void aPeerThatTakesNothingStallsEvenWhileItSends() {
        queued = 10;
        assertThat(at(0)).isEqualTo(Finding.FINE);
        in += 100;
        assertThat(at(3)).isEqualTo(Finding.FINE);
        in += 100;
        assertThat(at(3.1)).isEqualTo(Finding.STALLED);
    }

    @Test
    void aPeerThatTakesALittleDoesNotStall() {
        queued = 10;
        for (int i = 0; i < 10; i++) {
            out++;
            assertThat(at(i * 2.9)).isEqualTo(Finding.FINE);
        }
    }

    @Test
    void aStallCountsFromWhenSomethingWaits() {
        assertThat(at(0)).isEqualTo(Finding.FINE);
        assertThat(at(4)).isEqualTo(Finding.FINE);
        queued = 1;
        assertThat(at(4.5)).isEqualTo(Finding.FINE);
        assertThat(at(7.1)).isEqualTo(Finding.STALLED);
    }

    @Test
    void aCloseHasItsOwnTimeWhateverProgress() {
        assertThat(at(0)).isEqualTo(Finding.FINE);
        closing = true;
        queued = 5;
        out++;
        assertThat(at(1)).isEqualTo(Finding.FINE);
        out++;
        assertThat(at(3)).isEqualTo(Finding.FINE);
        out++;
        assertThat(at(3.1)).isEqualTo(Finding.STALLED);
    }

    @Test
    void lingeringHasItsOwnTimeWhateverComes() {
        closing = true;
        assertThat(at(0)).isEqualTo(Finding.FINE);
        time.lingering();
        assertThat(at(1)).isEqualTo(Finding.FINE);
        in++;
        assertThat(at(2)).isEqualTo(Finding.FINE);
        in++;
        assertThat(at(2.1)).isEqualTo(Finding.LINGERED);
    }

    @Test
    void anOpeningHasAMinute() {
        assertThat(time.overdue(START)).isFalse();
        assertThat(time.overdue(START + Duration.ofSeconds(60).toNanos())).isFalse();
        assertThat(time.overdue(START + Duration.ofSeconds(61).toNanos())).isTrue();
    }

    @Test
    void aLifeIsToldItsEndTwiceHoweverBusyItIs() {
        Timekeeper busy = new Timekeeper(new Limits(1, Duration.ofSeconds(1), Duration.ofSeconds(3), Duration.ofSeconds(2), Duration.ofSeconds(1), Duration.ofSeconds(2),
                Duration.ofSeconds(10), 0));
        for (int second = 0; second <= 10; second++) assertThat(busy.look(START + second * 1_000_000_000L, second, 0, 0, false)).isEqualTo(Finding.FINE);
        assertThat(busy.look(START + 10_500_000_000L, 11, 0, 0, false)).isEqualTo(Finding.AGED);
        assertThat(busy.look(START + 11_000_000_000L, 12, 0, 0, false)).isEqualTo(Finding.FINE);
        assertThat(busy.look(START + 12_000_000_000L, 13, 0, 0, false)).isEqualTo(Finding.FINE);
        assertThat(busy.look(START + 12_100_000_000L, 14, 0, 0, false)).isEqualTo(Finding.OUTLIVED);
        assertThat(busy.look(START + 12_200_000_000L, 15, 0, 0, false)).isEqualTo(Finding.FINE);
    }

    @Test
    void idleTimeCanBeAsked() {
        assertThat(time.idle(START)).isEqualTo(Duration.ZERO);
        at(0);
        in++;
        at(1);
        at(2);
        assertThat(time.idle(START + 4_000_000_000L)).isEqualTo(Duration.ofSeconds(3));
    }

    @Test
    void timesBeyondWhatCanBeCountedAreLong() {
        Duration ages = Duration.ofHours(999_999_999);
        Timekeeper patient = new Timekeeper(new Limits(1, ages, ages, ages, ages, ages, ages, 0));
        assertThat(patient.look(0, 0, 0, 1, true)).isEqualTo(Finding.FINE);
        assertThat(patient.look(Duration.ofDays(365).toNanos(), 0, 0, 1, true)).isEqualTo(Finding.FINE);
    }
}
