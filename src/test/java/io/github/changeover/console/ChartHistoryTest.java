package io.github.changeover.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ChartHistoryTest {
    private final ChartHistory samples = new ChartHistory();

    @Test
    void samplesAfterATimeAreReturnedAndTenMinutesAreKept() {
        for (int i = 1; i <= 1000; i++) samples.add(new ChartHistory.Sample(i, i, 2 * i, 3 * i, 4 * i));
        assertThat(samples.after(998)).containsExactly(List.of(999L, 999L, 1998L, 2997L, 3996L), List.of(1000L, 1000L, 2000L, 3000L, 4000L));
        assertThat(samples.after(0)).hasSize(300);
        assertThat(samples.after(1000)).isEmpty();
    }
}
