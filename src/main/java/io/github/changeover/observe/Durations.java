package io.github.changeover.observe;

import java.util.List;

/**
 * How long something took, in buckets.
 *
 * @param bounds  upper bounds in seconds, each with what is at it
 * @param buckets the number within each bound, lower ones included; one more at the end for all
 * @param sum     in seconds
 */
public record Durations(List<Double> bounds, List<Long> buckets, double sum) {
    public Durations {
        bounds = List.copyOf(bounds);
        buckets = List.copyOf(buckets);
    }

    public long count() {
        return buckets.get(buckets.size() - 1);
    }
}
