package io.github.changeover.soak;

/** Measures how long the machine has stopped this process. If it was longer than a time limit, the effect of the limit is not an error of the server. */
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

    /** Whether the process has since then been stopped for so long that time limits of the server may have expired. */
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
