package io.github.changeover.soak;

/** Finds out for how long the machine let this process wait: when that is longer than a time limit, what the limit does then is no fault of the server's. */
final class PauseDetector {
    private static final long SLEEP_MILLIS = 50, LONG_NANOS = 300_000_000;      // a handler has 400 ms for its last bytes
    private volatile long longest, longPauseEnded = Long.MIN_VALUE;

    void start() {
        Thread clock = new Thread(this::run, "soak-clock");
        clock.setDaemon(true);
        clock.start();
    }

    long longestMillis() {
        return longest / 1_000_000;
    }

    /** Whether the process has waited so long since then that the server's time limits may have passed. */
    boolean hasPausedSince(long nanos) {
        return longPauseEnded != Long.MIN_VALUE && longPauseEnded - nanos >= 0;
    }

    private void run() {
        try {
            while (true) {
                long before = System.nanoTime();
                Thread.sleep(SLEEP_MILLIS);
                long now = System.nanoTime(), pause = now - before - SLEEP_MILLIS * 1_000_000;
                longest = Math.max(longest, pause);
                if (pause > LONG_NANOS) longPauseEnded = now;
            }
        } catch (InterruptedException end) {
            Thread.currentThread().interrupt();
        }
    }
}
