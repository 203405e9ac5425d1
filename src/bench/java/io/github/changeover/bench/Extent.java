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
 * @param complete whether it includes Payara, broadcasts, other JVMs, cold starts and endpoints that block
 * @param share the share of the sessions of a broadcast and of the handshakes of a cold start that are used
 */
record Extent(String name, int rounds, Duration warm, Duration settle, Duration measure, int idlers, boolean complete, double share) {
    static Extent of(String name) {
        return switch (name) {
            case "short" -> new Extent(name, 5, millis(2000), millis(200), millis(700), 2_000, false, 1);
            case "long" -> new Extent(name, 5, millis(5000), millis(300), millis(1500), 10_000, true, 1);
            case "smoke" -> new Extent(name, 1, millis(50), millis(50), millis(150), 100, true, 0.02);
            case "compare" -> new Extent(name, 15, millis(5000), millis(200), millis(1500), 0, false, 1);
            default -> throw new IllegalArgumentException("-Dbench=" + name + " is not known: it is short, long, smoke, compare, fanout, nodes or micro");
        };
    }

    /** Returns a shorter extent, for a repetition with another JVM. */
    Extent shorter() {
        return new Extent(name, (rounds + 1) / 2, warm.multipliedBy(3).dividedBy(5), settle, measure, idlers, complete, share);
    }

    /** Returns how many of this number of sessions, connections or handshakes are used: a few of them for {@code smoke}. */
    int sessions(int all) {
        return (int) Math.max(10, all * share);
    }

    /** Returns whether the run only shows that everything works. */
    boolean isTiny() {
        return share < 1;
    }

    private static Duration millis(long millis) {
        return Duration.ofMillis(millis);
    }
}
