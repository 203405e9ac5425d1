package io.github.changeover.websocket.engine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MessageRateTest {
    private static final long START = Long.MAX_VALUE - 1_000_000_000L;      // nanoTime may overflow

    /** Returns the number of the first message that is too fast, or 0, among 1,000 messages that arrive in bursts. */
    private static int countRejected(int most, int burst, double secondsBetween) {
        MessageRate rate = new MessageRate(most);
        for (int i = 0; i < 1000; i++) {
            if (rate.isTooFast(START + (long) (i / burst * secondsBetween * 1e9))) return i + 1;
        }
        return 0;
    }

    @ParameterizedTest(name = "at most {0}: bursts of {1} every {2} s")
    @CsvSource({"5, 5, 1, 0", "5, 1, 0.2, 0", "5, 1, 0.1, 6", "5, 6, 1, 6", "5, 1000, 1, 6", "1, 1, 1, 0", "1, 2, 1, 2", "1, 1, 0.999, 2", "10, 1, 0.05, 11"})
    void messagesAboveTheRateAreRejected(int most, int burst, double secondsBetween, int number) {
        assertThat(countRejected(most, burst, secondsBetween)).isEqualTo(number);
    }

    @Test
    void rateRecoversAfterSilence() {
        MessageRate rate = new MessageRate(2);
        assertThat(rate.isTooFast(START)).isFalse();
        assertThat(rate.isTooFast(START + 1)).isFalse();
        assertThat(rate.isTooFast(START + 2_000_000_000L)).isFalse();
        assertThat(rate.isTooFast(START + 2_000_000_001L)).isFalse();
        assertThat(rate.isTooFast(START + 2_000_000_002L)).isTrue();
    }
}
