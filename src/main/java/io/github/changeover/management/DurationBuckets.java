package io.github.changeover.management;

import java.util.List;

/**
 * A histogram of durations.
 *
 * @param bounds  the inclusive upper bounds in seconds
 * @param buckets the number of durations up to each bound (cumulative), followed by the total number
 * @param sum     the sum in seconds
 */
public record DurationBuckets(List<Double> bounds, List<Long> buckets, double sum) {
    public DurationBuckets {
        bounds = List.copyOf(bounds);
        buckets = List.copyOf(buckets);
    }

    public long count() {
        return buckets.get(buckets.size() - 1);
    }
}
