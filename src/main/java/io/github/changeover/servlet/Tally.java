package io.github.changeover.servlet;

import io.github.changeover.spi.Decision;
import java.util.concurrent.atomic.LongAdder;

/** How many requests were switched, ignored and refused. */
final class Tally {
    private final LongAdder switched = new LongAdder();
    private final LongAdder ignored = new LongAdder();
    private final LongAdder refused = new LongAdder();

    void count(Decision decision) {
        if (decision instanceof Decision.Switch) switched.increment();
        else if (decision instanceof Decision.Ignore) ignored.increment();
        else refused.increment();
    }

    long switched() {
        return switched.sum();
    }

    long ignored() {
        return ignored.sum();
    }

    long refused() {
        return refused.sum();
    }
}
