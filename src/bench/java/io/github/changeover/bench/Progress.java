package io.github.changeover.bench;

import java.util.Locale;

/** Prints what the run does, with the seconds since its start. */
final class Progress {
    private static final long START = System.nanoTime();

    private Progress() {
    }

    static void say(String format, Object... values) {
        System.out.printf(Locale.ROOT, "%5d s  %s%n", seconds(), String.format(Locale.ROOT, format, values));
    }

    static long seconds() {
        return (System.nanoTime() - START) / 1_000_000_000;
    }
}
