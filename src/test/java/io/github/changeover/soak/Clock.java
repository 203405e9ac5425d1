package io.github.changeover.soak;

/** Finds out for how long the machine let this process wait: a pause that is longer than a time limit is no fault of the server's. */
final class Clock {
    private static final long SLEEP_MILLIS = 50;
    private volatile long longest;

    void start() {
        Thread clock = new Thread(this::run, "soak-clock");
        clock.setDaemon(true);
        clock.start();
    }

    long longestMillis() {
        return longest / 1_000_000;
    }

    private void run() {
        try {
            while (true) {
                long before = System.nanoTime();
                Thread.sleep(SLEEP_MILLIS);
                longest = Math.max(longest, System.nanoTime() - before - SLEEP_MILLIS * 1_000_000);
            }
        } catch (InterruptedException end) {
            Thread.currentThread().interrupt();
        }
    }
}
