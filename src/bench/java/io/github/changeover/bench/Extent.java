package io.github.changeover.bench;

import java.time.Duration;

/**
 * How long and how often each row is measured.
 *
 * @param rounds number of rounds; each round measures all peers
 * @param warm warm-up time of each row and peer, before all rounds
 * @param settle time at the start of each measurement that is not counted
 * @param measure time that is counted
 * @param idlers number of idle connections whose memory is measured
 */
record Extent(String name, int rounds, Duration warm, Duration settle, Duration measure, int idlers) {
    static Extent of(String name) {
        return switch (name) {
            case "short" -> new Extent(name, 5, millis(2000), millis(200), millis(700), 2_000);
            case "long" -> new Extent(name, 5, millis(5000), millis(300), millis(1500), 10_000);
            case "smoke" -> new Extent(name, 1, millis(2000), millis(100), millis(1000), 200);
            case "compare" -> new Extent(name, 15, millis(5000), millis(200), millis(1500), 0);
            default -> throw new IllegalArgumentException("-Dbench=" + name + " is not known: it is short, long, smoke, compare or micro");
        };
    }

    private static Duration millis(long millis) {
        return Duration.ofMillis(millis);
    }
}
