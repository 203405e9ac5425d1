package io.github.changeover.websocket.engine;

/**
 * Whether messages come faster than so many in a second. They are counted in rows of one more than that: a row that came within a second is too fast. So
 * the clock is read at the ends of a row only, a client that keeps to the limit in each second is never found too fast, and one that sends twice as
 * many always is.
 */
final class MessageRate {
    private static final long SECOND = 1_000_000_000;
    private final int most;
    private int count;      // of the row
    private long since;     // the first of the row came then

    /** @param most in a second, above 0 */
    MessageRate(int most) {
        this.most = most;
    }

    /** A message has come. Returns whether it came too fast. */
    boolean isTooFast() {
        if (count == most) return isTooFast(System.nanoTime());
        if (count++ == 0) since = System.nanoTime();
        return false;
    }

    /** With a clock of the caller's. */
    boolean isTooFast(long now) {
        if (count == most && now - since < SECOND) return true;
        if (count == most) count = 0;
        if (count++ == 0) since = now;
        return false;
    }
}
