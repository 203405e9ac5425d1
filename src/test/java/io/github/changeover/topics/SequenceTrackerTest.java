package io.github.changeover.topics;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** Which messages of another node are lost, late or in order. */
class SequenceTrackerTest {
    private static final long LATER = 100;
    private final SequenceTracker tracker = new SequenceTracker();

    private long check(long now) {
        return tracker.check(now, LATER);
    }

    @Test
    void firstMessageSetsTheBaseline() {
        assertThat(tracker.arrived(1, 17)).isZero();
        assertThat(tracker.arrived(1, 18)).isZero();
    }

    @Test
    void missingMessagesAreCounted() {
        tracker.arrived(1, 1);
        assertThat(tracker.arrived(1, 5)).isEqualTo(3);
        assertThat(tracker.arrived(1, 6)).isZero();
    }

    @Test
    void lateAndRepeatedMessagesAreNotDelivered() {
        tracker.arrived(2, 5);
        assertThat(tracker.arrived(2, 5)).isEqualTo(SequenceTracker.LATE);
        assertThat(tracker.arrived(2, 4)).isEqualTo(SequenceTracker.LATE);
        assertThat(tracker.arrived(1, 900)).as("of an earlier epoch").isEqualTo(SequenceTracker.LATE);
    }

    @Test
    void newEpochBeginsWithOne() {
        tracker.arrived(1, 900);
        assertThat(tracker.arrived(2, 1)).isZero();
        assertThat(tracker.arrived(4, 3)).as("1 and 2 are missing").isEqualTo(2);
    }

    @Test
    void lostTailIsFoundByAHeartbeat() {
        tracker.arrived(1, 1);
        assertThat(tracker.named(1, 4, 0)).isTrue();
        assertThat(check(LATER - 1)).as("they may still arrive").isZero();
        assertThat(check(LATER)).isEqualTo(3);
        assertThat(check(2 * LATER)).as("told once").isZero();
        assertThat(tracker.arrived(1, 4)).isEqualTo(SequenceTracker.LATE);
        assertThat(tracker.arrived(1, 5)).isZero();
    }

    @Test
    void heartbeatThatOvertakesMessagesIsNoLoss() {
        tracker.arrived(1, 1);
        tracker.named(1, 2, 0);
        assertThat(tracker.arrived(1, 2)).isZero();
        assertThat(check(LATER)).isZero();
        assertThat(tracker.waits()).isFalse();
    }

    @Test
    void heartbeatOfWhatHasArrivedNeedsNoCheck() {
        tracker.arrived(1, 2);
        assertThat(tracker.named(1, 2, 0)).isFalse();
    }

    @Test
    void laterHeartbeatDoesNotPostponeTheCheck() {
        tracker.arrived(1, 1);
        tracker.named(1, 2, 0);
        tracker.named(1, 3, LATER - 1);
        assertThat(check(LATER)).isEqualTo(1);
        assertThat(tracker.named(1, 3, LATER)).isTrue();
        assertThat(check(2 * LATER)).isEqualTo(1);
    }

    @Test
    void heartbeatBeforeTheFirstMessageIsNoLoss() {
        tracker.named(1, 5, 0);
        assertThat(check(LATER)).as("published before the subscription").isZero();
        tracker.named(1, 7, LATER);
        assertThat(check(2 * LATER)).isEqualTo(2);
    }

    @Test
    void messageBelowTheProvisionalBaselineIsDelivered() {
        tracker.named(1, 5, 0);
        check(LATER);
        assertThat(tracker.arrived(1, 4)).isZero();
        assertThat(tracker.arrived(1, 5)).isZero();
        assertThat(tracker.arrived(1, 5)).isEqualTo(SequenceTracker.LATE);
    }

    @Test
    void epochThatOnlyAHeartbeatHasNamedIsLost() {
        tracker.arrived(1, 900);
        tracker.named(2, 3, 0);
        assertThat(check(LATER)).isEqualTo(3);
    }

    @Property(tries = 2000)
    void everyLossAfterTheBaselineIsToldOnce(@ForAll @Size(min = 1, max = 60) List<Boolean> arrives) {
        SequenceTracker any = new SequenceTracker();
        any.arrived(1, 1);
        long told = 0, lost = 0, number = 1, now = 0;
        List<Long> delivered = new ArrayList<>();
        for (boolean arriving : arrives) {
            number++;
            if (!arriving) {
                lost++;
            } else {
                long missing = any.arrived(1, number);
                assertThat(missing).isNotNegative();
                told += missing;
                delivered.add(number);
            }
            if (number % 7 == 0) any.named(1, number, now);
            now += LATER / 3;
            told += any.check(now, LATER);
        }
        any.named(1, number, now);
        told += any.check(now + LATER, LATER);
        any.named(1, number, now + LATER);
        told += any.check(now + 2 * LATER, LATER);
        assertThat(told).isEqualTo(lost);
        assertThat(delivered).isSorted();
    }
}
