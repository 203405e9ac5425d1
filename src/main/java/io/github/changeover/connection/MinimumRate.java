package io.github.changeover.connection;

/**
 * Checks whether a counter grows by a minimum in every period. If less than the minimum was available, the counter must grow by all that was available.
 * The check is called from time to time. Each call compares the counter with its value one period ago; the resolution of time is an eighth of the
 * period.
 *
 * <pre>
 * minimum 8192, period 30 s      grew by 8192 or more, or by all that was available 30 s ago: fast enough
 * </pre>
 */
final class MinimumRate {
    private static final int PARTS = 8;
    private final long minimum, period;
    private final long[] times = new long[PARTS + 1], counters = new long[PARTS + 1], targets = new long[PARTS + 1];
    private int count, last = -1;

    /** @param period nanoseconds */
    MinimumRate(long minimum, long period) {
        this.minimum = minimum;
        this.period = period;
    }

    /**
     * @param now     current time in nanoseconds
     * @param counter the current value of the counter
     * @param target  the largest value that the counter could have reached by now
     * @return whether the counter grew too slowly in the last period
     */
    boolean isTooSlow(long now, long counter, long target) {
        boolean slow = false;
        for (int i = 0; i < count; i++) {
            int at = Math.floorMod(last - i, PARTS + 1);
            if (now - times[at] < period) continue;
            slow = counter - counters[at] < Math.min(minimum, targets[at] - counters[at]);
            break;
        }
        if (count == 0 || now - times[last] >= period / PARTS) {
            last = (last + 1) % (PARTS + 1);
            times[last] = now;
            counters[last] = counter;
            targets[last] = target;
            count = Math.min(PARTS + 1, count + 1);
        }
        return slow;
    }
}
