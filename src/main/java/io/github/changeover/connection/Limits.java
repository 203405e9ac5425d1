package io.github.changeover.connection;

import java.time.Duration;

/**
 * The bounds of a switched connection.
 *
 * @param queue   octets that may wait for a slow peer before {@code send} answers false
 * @param idle    time without an octet in either direction; zero for ever
 * @param stall   time a peer may take nothing while octets wait for it
 * @param closing time a closing connection has to send what is queued
 * @param linger  time a closed peer has to end its side, so that the last octets are not lost to a reset
 * @param drain   time handlers have to say goodbye when the application goes
 * @param lifetime time after which a connection is told to say goodbye, and closed after the drain time; zero for ever
 * @param earlyData octets that may come before the 101, as far as those can be told from what a quick peer sends just after it; {@link #ANY} does not look
 */
public record Limits(int queue, Duration idle, Duration stall, Duration closing, Duration linger, Duration drain, Duration lifetime, int earlyData) {
    /** As many early octets as like to come: the handler takes them as any others, and holds its peer back as ever. */
    public static final int ANY = Integer.MAX_VALUE;
    /** Time a container has to open a connection that was agreed on. */
    static final Duration OPENING = Duration.ofMinutes(1);
    private static final Duration LONGEST = Duration.ofDays(36_500);       // any longer is as good as this, and can be counted
    public static final Limits DEFAULT = new Limits(1 << 20, Duration.ofMinutes(5), Duration.ofSeconds(30),
            Duration.ofSeconds(10), Duration.ofSeconds(2), Duration.ofSeconds(5), Duration.ZERO, Limits.ANY);

    public Limits {
        if (queue < 1) throw new IllegalArgumentException("The queue holds at least one octet, not " + queue);
        idle = time("idle", idle);
        stall = time("stall", stall);
        closing = time("closing", closing);
        linger = time("linger", linger);
        drain = time("drain", drain);
        lifetime = time("lifetime", lifetime);
        if (earlyData < 0) throw new IllegalArgumentException("Early data has no or some octets, not " + earlyData);
    }

    private static Duration time(String name, Duration value) {
        if (value.isNegative()) throw new IllegalArgumentException("The " + name + " time is not negative: " + value);
        return value.compareTo(LONGEST) > 0 ? LONGEST : value;
    }
}
