package io.github.changeover.websocket.engine;

/**
 * Detects whether messages arrive faster than a number per second. Messages are counted in groups of one more than that number. A group that arrives
 * within one second is too fast. Therefore the clock is read only at the start and the end of a group. A client that stays within the limit in each second
 * is never detected as too fast, and a client that sends twice as many always is.
 */
final class MessageRate {
    private static final long SECOND = 1_000_000_000;
    private final int most;
    private int count;      // messages of the current group
    private long since;     // time of the group's first message

    /** @param most the limit per second, above 0 */
    MessageRate(int most) {
        this.most = most;
    }

    /** Called when a message has arrived. Returns whether it arrived too fast. */
    boolean isTooFast() {
        if (count == most) return isTooFast(System.nanoTime());
        if (count++ == 0) since = System.nanoTime();
        return false;
    }

    /** The same with a given time in nanoseconds. */
    boolean isTooFast(long now) {
        if (count == most && now - since < SECOND) return true;
        if (count == most) count = 0;
        if (count++ == 0) since = now;
        return false;
    }
}
