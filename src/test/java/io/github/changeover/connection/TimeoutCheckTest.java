package io.github.changeover.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.changeover.connection.TimeoutCheck.Counters;
import io.github.changeover.connection.TimeoutCheck.TimeoutFinding;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The times are parameters of the check. The limits are idle 5 s, stall 3 s, closing 2 s, linger 1 s. */
class TimeoutCheckTest {
    private static final long START = Long.MAX_VALUE - 1_000_000_000L;      // nanoTime may overflow
    private final TimeoutCheck time = new TimeoutCheck(null, ConnectionFixture.LIMITS);
    private long in, out, queued;
    private boolean closing, busy;

    private TimeoutFinding at(double seconds) {
        return time.find(START + (long) (seconds * 1e9), new Counters(in, out, queued, closing, !busy, !busy));
    }

    @Test
    void idleTimeCountsFromTheLastByteInEitherDirection() {
        assertThat(at(0)).isEqualTo(TimeoutFinding.NONE);
        assertThat(at(5)).isEqualTo(TimeoutFinding.NONE);
        in++;
        assertThat(at(5.1)).isEqualTo(TimeoutFinding.NONE);
        out++;
        assertThat(at(10)).isEqualTo(TimeoutFinding.NONE);
        assertThat(at(15)).isEqualTo(TimeoutFinding.NONE);
        assertThat(at(15.1)).isEqualTo(TimeoutFinding.IDLE);
    }

    @Test
    void idleTimeZeroMeansNoTimeout() {
        ConnectionLimits limits = new ConnectionLimits(1, Duration.ZERO, Duration.ofSeconds(3), Duration.ofSeconds(2), Duration.ofSeconds(1), Duration.ZERO, Duration.ZERO, 0);
        TimeoutCheck patient = new TimeoutCheck(null, limits);
        assertThat(patient.find(0, new Counters(0, 0, 0, false, true, true))).isEqualTo(TimeoutFinding.NONE);
        assertThat(patient.find(Long.MAX_VALUE, new Counters(0, 0, 0, false, true, true))).isEqualTo(TimeoutFinding.NONE);
    }

    @Test
    void clientThatReadsNothingIsTooSlowEvenIfItSends() {
        queued = 10;
        assertThat(at(0)).isEqualTo(TimeoutFinding.NONE);
        in += 100;
        assertThat(at(2.9)).isEqualTo(TimeoutFinding.NONE);
        in += 100;
        assertThat(at(3.1)).isEqualTo(TimeoutFinding.SLOW_READER);
    }

    /**
     * Returns the finding for a client that reads this many bytes in each of 20 seconds, while {@code waiting} bytes are queued at the
     * start.
     */
    private TimeoutFinding readSteadily(long waiting, long bytesEachSecond) {
        queued = waiting;
        TimeoutFinding found = TimeoutFinding.NONE;
        for (int tick = 0; tick < 200 && found == TimeoutFinding.NONE; tick++) {
            if (tick % 10 == 0 && tick > 0) {
                long taken = Math.min(queued, bytesEachSecond);
                out += taken;
                queued -= taken;
            }
            in++;       // otherwise it would be idle
            found = at(tick / 10.0);
        }
        return found;
    }

    @ParameterizedTest(name = "C2: the client reads {1} bytes per second of {0} queued bytes: {2}")
    @CsvSource({"100000000, 2800, NONE", "100000000, 2000, SLOW_READER", "100000000, 1, SLOW_READER", "100, 1, SLOW_READER", "9000, 3000, NONE", "5000, 2500, NONE"})
    void steadyReaderIsServedAndTooSlowReaderIsNot(long waiting, long bytesEachSecond, TimeoutFinding finding) {
        assertThat(readSteadily(waiting, bytesEachSecond)).isEqualTo(finding);
    }

    @Test
    void stallTimeCountsFromTheFirstQueuedByte() {
        assertThat(at(0)).isEqualTo(TimeoutFinding.NONE);
        assertThat(at(4)).isEqualTo(TimeoutFinding.NONE);
        queued = 1;
        in++;
        assertThat(at(4.5)).isEqualTo(TimeoutFinding.NONE);
        assertThat(at(7.4)).isEqualTo(TimeoutFinding.NONE);
        assertThat(at(7.6)).isEqualTo(TimeoutFinding.SLOW_READER);
    }

    @ParameterizedTest(name = "S5a: an unfinished message that grows by {0} bytes per second: {1}")
    @CsvSource({"0, SLOW_MESSAGE", "10, SLOW_MESSAGE", "2000, SLOW_MESSAGE", "2800, NONE"})
    void unfinishedMessageMustGrow(long bytesEachSecond, TimeoutFinding finding) {
        TimeoutFinding found = TimeoutFinding.NONE;
        long received = 1;
        for (int tick = 0; tick < 200 && found == TimeoutFinding.NONE; tick++) {
            time.unfinishedMessage(received);
            if (tick % 10 == 0) received += bytesEachSecond;
            in++;
            found = at(tick / 10.0);
        }
        assertThat(found).isEqualTo(finding);
    }

    @Test
    void messageMayWaitWhileReadingIsPaused() {
        time.unfinishedMessage(1);
        for (int second = 0; second < 20; second++) {
            assertThat(time.find(START + second * 1_000_000_000L, new Counters(0, ++out, 0, false, false, false))).isEqualTo(TimeoutFinding.NONE);
        }
    }

    @Test
    @DisplayName("S5a: pings within an unfinished message do not extend its time, even if their callbacks are running")
    void pingsDoNotExtendTheTimeOfAnUnfinishedMessage() {
        time.unfinishedMessage(1);
        TimeoutFinding found = TimeoutFinding.NONE;
        for (int tick = 0; tick < 40 && found == TimeoutFinding.NONE; tick++) {
            found = time.find(START + tick * 100_000_000L, new Counters(in += 6, 0, 0, false, tick % 2 == 0, tick % 2 == 0));
        }
        assertThat(found).isEqualTo(TimeoutFinding.SLOW_MESSAGE);
    }

    @Test
    void nextMessageHasItsOwnTime() {
        for (int second = 0; second < 20; second++) {
            if (second % 2 == 0) time.unfinishedMessage(0);
            time.unfinishedMessage(1);
            in++;
            assertThat(at(second)).isEqualTo(TimeoutFinding.NONE);
        }
    }

    @Test
    void idleConnectionIsClosedIfTheHandlerDoesNotReact() {
        at(0);
        assertThat(at(5.1)).isEqualTo(TimeoutFinding.IDLE);
        assertThat(at(5.5)).isEqualTo(TimeoutFinding.NONE);
        assertThat(at(5.7)).isEqualTo(TimeoutFinding.IDLE_OVERDUE);
    }

    @Test
    void closeTimeIsNotExtendedByProgress() {
        assertThat(at(0)).isEqualTo(TimeoutFinding.NONE);
        closing = true;
        queued = 5;
        out++;
        assertThat(at(1)).isEqualTo(TimeoutFinding.NONE);
        out++;
        assertThat(at(3)).isEqualTo(TimeoutFinding.NONE);
        out++;
        assertThat(at(3.1)).isEqualTo(TimeoutFinding.NOT_CLOSED);
    }

    @Test
    void lingerTimeIsNotExtendedByInput() {
        closing = true;
        assertThat(at(0)).isEqualTo(TimeoutFinding.NONE);
        time.lingering(false);
        assertThat(at(1)).isEqualTo(TimeoutFinding.NONE);
        in++;
        assertThat(at(2)).isEqualTo(TimeoutFinding.NONE);
        in++;
        assertThat(at(2.1)).isEqualTo(TimeoutFinding.LINGERED);
    }

    @Test
    @DisplayName("If the client cannot see the end, lingering lasts while it sends, within the linger time")
    void lingeringLastsWhileTheClientSends() {
        closing = true;
        assertThat(at(0)).isEqualTo(TimeoutFinding.NONE);
        time.lingering(true);
        assertThat(at(0.1)).isEqualTo(TimeoutFinding.NONE);
        in++;
        assertThat(at(0.3)).isEqualTo(TimeoutFinding.NONE);
        assertThat(at(0.35)).isEqualTo(TimeoutFinding.NONE);
        assertThat(at(0.45)).isEqualTo(TimeoutFinding.LINGERED);
    }

    @Test
    @DisplayName("If the client cannot see the end and sends without a pause, lingering lasts one second, however long the linger time is")
    void lingeringWhileTheClientSendsIsBounded() {
        TimeoutCheck patient = new TimeoutCheck(null, new ConnectionLimits(1, Duration.ofSeconds(5), Duration.ofSeconds(3), Duration.ofSeconds(2), Duration.ofSeconds(60), Duration.ofSeconds(2),
                Duration.ZERO, ConnectionLimits.ANY));
        patient.lingering(true);
        for (int look = 0; look <= 20; look++) {
            assertThat(patient.find(START + look * 50_000_000L, new Counters(look, 0, 0, true, true, true))).isEqualTo(TimeoutFinding.NONE);
        }
        assertThat(patient.find(START + 1_050_000_000L, new Counters(21, 0, 0, true, true, true))).isEqualTo(TimeoutFinding.LINGERED);
    }

    @Test
    void maximumAgeIsReportedTwiceForABusyConnection() {
        TimeoutCheck busy = new TimeoutCheck(null, new ConnectionLimits(1, Duration.ofSeconds(1), Duration.ofSeconds(3), Duration.ofSeconds(2), Duration.ofSeconds(1), Duration.ofSeconds(2),
                Duration.ofSeconds(10), 0));
        for (int second = 0; second <= 10; second++) assertThat(busy.find(START + second * 1_000_000_000L, new Counters(second, 0, 0, false, true, true))).isEqualTo(TimeoutFinding.NONE);
        assertThat(busy.find(START + 10_500_000_000L, new Counters(11, 0, 0, false, true, true))).isEqualTo(TimeoutFinding.LIFETIME_OVER);
        assertThat(busy.find(START + 11_000_000_000L, new Counters(12, 0, 0, false, true, true))).isEqualTo(TimeoutFinding.NONE);
        assertThat(busy.find(START + 12_000_000_000L, new Counters(13, 0, 0, false, true, true))).isEqualTo(TimeoutFinding.NONE);
        assertThat(busy.find(START + 12_100_000_000L, new Counters(14, 0, 0, false, true, true))).isEqualTo(TimeoutFinding.LIFETIME_EXCEEDED);
        assertThat(busy.find(START + 12_200_000_000L, new Counters(15, 0, 0, false, true, true))).isEqualTo(TimeoutFinding.NONE);
    }

    @Test
    void idleDurationIsAvailable() {
        assertThat(time.idle(START)).isEqualTo(Duration.ZERO);
        at(0);
        in++;
        at(1);
        at(2);
        assertThat(time.idle(START + 4_000_000_000L)).isEqualTo(Duration.ofSeconds(3));
    }

    @Test
    void durationsBeyondNanosecondRangeNeverExpire() {
        Duration ages = Duration.ofHours(999_999_999);
        TimeoutCheck patient = new TimeoutCheck(null, new ConnectionLimits(1, ages, ages, ages, ages, ages, ages, 0));
        assertThat(patient.find(0, new Counters(0, 0, 1, true, true, true))).isEqualTo(TimeoutFinding.NONE);
        assertThat(patient.find(Duration.ofDays(365).toNanos(), new Counters(0, 0, 1, true, true, true))).isEqualTo(TimeoutFinding.NONE);
    }

    @Test
    @DisplayName("W10: the idle time of a connection (longer, shorter or none) overrides the default from the next check")
    void idleTimeOfTheConnectionOverridesTheDefault() {
        time.idleTime(Duration.ofSeconds(20));
        assertThat(at(0)).isEqualTo(TimeoutFinding.NONE);
        assertThat(at(20)).isEqualTo(TimeoutFinding.NONE);
        time.idleTime(Duration.ofMillis(-1));
        assertThat(time.idleTime()).isZero();
        assertThat(at(1000)).isEqualTo(TimeoutFinding.NONE);
        time.idleTime(Duration.ofSeconds(1));
        in++;
        assertThat(at(1001)).isEqualTo(TimeoutFinding.NONE);
        assertThat(at(1002.1)).isEqualTo(TimeoutFinding.IDLE);
    }

    // ---- pings: after 2 s, answer within 1 s

    private int pings;

    /** Returns the finding at this time. A ping that is due is sent and written immediately. */
    private TimeoutFinding pinging(double seconds) {
        TimeoutFinding found = at(seconds);
        if (found == TimeoutFinding.PING) {
            alive.send();
            out += 10;
        }
        return found;
    }

    private PingSchedule alive;

    private void enablePings() {
        time.pingWhenQuiet(Duration.ofSeconds(2), Duration.ofSeconds(1), sent -> {
            pings++;
            sent.accept(10);
        });
        alive = time.pings();
    }

    @Test
    @DisplayName("A ping is sent after that time without a byte in either direction, and no ping delays the next one")
    void pingIsSentAfterSilence() {
        enablePings();
        assertThat(pinging(0)).isEqualTo(TimeoutFinding.NONE);
        out++;
        assertThat(pinging(1)).isEqualTo(TimeoutFinding.NONE);
        assertThat(pinging(3)).isEqualTo(TimeoutFinding.NONE);
        assertThat(pinging(3.1)).isEqualTo(TimeoutFinding.PING);
        assertThat(pinging(3.2)).isEqualTo(TimeoutFinding.NONE);
        in++;
        assertThat(pinging(4)).isEqualTo(TimeoutFinding.NONE);
        assertThat(pinging(6)).isEqualTo(TimeoutFinding.NONE);
        assertThat(pinging(6.1)).isEqualTo(TimeoutFinding.PING);
        assertThat(pinging(6.2)).isEqualTo(TimeoutFinding.NONE);
        assertThat(pinging(7.2)).isEqualTo(TimeoutFinding.NONE);
        assertThat(pinging(7.3)).isEqualTo(TimeoutFinding.UNANSWERED);
        assertThat(pings).isEqualTo(2);
    }

    @Test
    @DisplayName("A ping is no activity: the idle time (5 s) counts from the last other byte; the answer of the client is activity")
    void pingsDoNotExtendTheIdleTime() {
        time.pingWhenQuiet(Duration.ofSeconds(2), Duration.ofSeconds(100), sent -> sent.accept(10));
        alive = time.pings();
        assertThat(pinging(0)).isEqualTo(TimeoutFinding.NONE);
        assertThat(pinging(2.1)).isEqualTo(TimeoutFinding.PING);
        assertThat(pinging(4)).isEqualTo(TimeoutFinding.NONE);
        assertThat(time.idle(START + 4_000_000_000L)).isEqualTo(Duration.ofSeconds(4));
        assertThat(pinging(5.1)).isEqualTo(TimeoutFinding.IDLE);
    }

    @Test
    @DisplayName("No ping is sent while bytes wait for the client or the connection is closing")
    void noPingIsSentBehindUnsentBytes() {
        enablePings();
        assertThat(pinging(0)).isEqualTo(TimeoutFinding.NONE);
        queued = 5;
        assertThat(pinging(2.5)).isEqualTo(TimeoutFinding.NONE);
        queued = 0;
        closing = true;
        assertThat(pinging(2.6)).isEqualTo(TimeoutFinding.NONE);
        assertThat(pings).isZero();
    }

    @Test
    @DisplayName("While the application is busy the client is not reported silent, but is pinged again to keep proxies open")
    void clientIsNotSilentWhileTheApplicationIsBusy() {
        enablePings();
        assertThat(pinging(0)).isEqualTo(TimeoutFinding.NONE);
        busy = true;
        assertThat(pinging(2.1)).isEqualTo(TimeoutFinding.PING);
        assertThat(pinging(2.2)).isEqualTo(TimeoutFinding.NONE);
        assertThat(pinging(4)).isEqualTo(TimeoutFinding.NONE);
        assertThat(pinging(4.3)).isEqualTo(TimeoutFinding.PING);
        busy = false;
        assertThat(pinging(4.4)).isEqualTo(TimeoutFinding.NONE);
        in++;
        assertThat(pinging(4.5)).isEqualTo(TimeoutFinding.NONE);
    }

    @Test
    void pingThatWasNotSentIsRetried() {
        time.pingWhenQuiet(Duration.ofSeconds(2), Duration.ofSeconds(1), sent -> sent.accept(0));
        alive = time.pings();
        assertThat(at(0)).isEqualTo(TimeoutFinding.NONE);
        assertThat(at(2.1)).isEqualTo(TimeoutFinding.PING);
        assertThat(at(3.5)).describedAs("while it is being sent").isEqualTo(TimeoutFinding.NONE);
        alive.send();
        assertThat(at(3.6)).isEqualTo(TimeoutFinding.PING);
    }

    @Test
    @DisplayName("Bytes that arrive while the ping is being sent are an answer; bytes from before the ping are not")
    void answerDuringThePingCounts() {
        enablePings();
        assertThat(pinging(0)).isEqualTo(TimeoutFinding.NONE);
        in++;
        assertThat(pinging(1)).isEqualTo(TimeoutFinding.NONE);
        assertThat(at(3.1)).isEqualTo(TimeoutFinding.PING);
        in++;
        assertThat(at(3.2)).describedAs("while it is being sent").isEqualTo(TimeoutFinding.NONE);
        alive.send();
        out += 10;
        for (double second = 3.3; second < 5.2; second += 0.1) assertThat(pinging(second)).isEqualTo(TimeoutFinding.NONE);
        assertThat(pinging(5.3)).describedAs("quiet since 3.2").isEqualTo(TimeoutFinding.PING);
        assertThat(pinging(5.4)).isEqualTo(TimeoutFinding.NONE);
        assertThat(pinging(6.5)).isEqualTo(TimeoutFinding.UNANSWERED);
    }

    @Test
    @DisplayName("A ping that is never sent counts as sent after 10 s, so that a dead client is detected and a live one continues")
    void pingThatIsNeverSentCountsAsSentAfterTenSeconds() {
        time.idleTime(Duration.ZERO);
        time.pingWhenQuiet(Duration.ofSeconds(2), Duration.ofSeconds(1), sent -> { });
        alive = time.pings();
        assertThat(at(0)).isEqualTo(TimeoutFinding.NONE);
        in++;
        assertThat(at(1)).isEqualTo(TimeoutFinding.NONE);
        assertThat(at(3.1)).isEqualTo(TimeoutFinding.PING);
        in++;
        assertThat(at(3.5)).isEqualTo(TimeoutFinding.NONE);
        assertThat(at(12)).isEqualTo(TimeoutFinding.NONE);
        assertThat(at(13.2)).describedAs("its client is alive, and has been silent since").isEqualTo(TimeoutFinding.PING);
        assertThat(at(23.1)).isEqualTo(TimeoutFinding.NONE);
        assertThat(at(23.3)).describedAs("counts as sent").isEqualTo(TimeoutFinding.NONE);
        assertThat(at(24.4)).isEqualTo(TimeoutFinding.UNANSWERED);
    }

    @Test
    @DisplayName("A ping that another thread sends is awaited, and is no activity")
    void pingSentByAnotherThreadIsAwaited() {
        AtomicReference<IntConsumer> later = new AtomicReference<>();
        time.pingWhenQuiet(Duration.ofSeconds(2), Duration.ofSeconds(1), later::set);
        alive = time.pings();
        assertThat(at(0)).isEqualTo(TimeoutFinding.NONE);
        assertThat(pinging(2.1)).isEqualTo(TimeoutFinding.PING);
        assertThat(pinging(4)).describedAs("not sent yet").isEqualTo(TimeoutFinding.NONE);
        later.get().accept(10);
        assertThat(pinging(4.1)).isEqualTo(TimeoutFinding.NONE);
        assertThat(pinging(5)).isEqualTo(TimeoutFinding.NONE);
        assertThat(pinging(5.2)).isEqualTo(TimeoutFinding.IDLE);
        time.idleTime(Duration.ZERO);
        assertThat(pinging(5.3)).isEqualTo(TimeoutFinding.UNANSWERED);
    }

    @Test
    void failedPingIsRetried() {
        time.pingWhenQuiet(Duration.ofSeconds(2), Duration.ofSeconds(1), sent -> {
            throw new IllegalStateException("in a test");
        });
        alive = time.pings();
        assertThat(at(0)).isEqualTo(TimeoutFinding.NONE);
        assertThat(at(2.1)).isEqualTo(TimeoutFinding.PING);
        assertThatThrownBy(alive::send).hasMessage("in a test");
        assertThat(at(2.2)).isEqualTo(TimeoutFinding.PING);
    }

    @Test
    @DisplayName("The end time of a connection may be set, changed and removed")
    void endTimeMayBeSetChangedAndRemoved() {
        AtomicReference<Instant> end = new AtomicReference<>();
        time.endsAt(end::get);
        assertThat(at(0)).isEqualTo(TimeoutFinding.NONE);
        end.set(Instant.now().plusSeconds(1000));
        assertThat(at(0)).isEqualTo(TimeoutFinding.NONE);
        end.set(Instant.now());
        assertThat(at(0)).isEqualTo(TimeoutFinding.EXPIRED);
        end.set(Instant.MAX);
        assertThat(at(0)).isEqualTo(TimeoutFinding.NONE);
    }
}
