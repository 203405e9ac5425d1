package io.github.changeover.connection;

/**
 * How an application drains its connections. Immutable.
 *
 * @param pace    minimum number of connections per second whose handlers are called; 0 to call all of them at once
 * @param restart whether the application restarts, unless the operator who drains it chooses otherwise; see {@link io.github.changeover.spi.CloseCause#restarts}
 */
public record DrainOptions(int pace, boolean restart) {
    /** The part of the drain time, in percent, within which the handler of every connection is called. The pace is raised if that is necessary. */
    public static final int NOTIFIED_WITHIN_PERCENT = 80;
    public static final DrainOptions DEFAULT = new DrainOptions(0, false);

    public DrainOptions {
        if (pace < 0) throw new IllegalArgumentException("The pace of a drain must not be negative: " + pace);
    }
}
