package io.github.changeover.connection;

import java.time.Duration;

/**
 * The limits of a switched connection.
 *
 * @param queue     bytes that may wait for a slow client before {@code send} returns false
 * @param idle      time without a byte in either direction after which the connection is closed; zero for never
 * @param stall     period in which a client must take, or send, at least {@code stallMin} bytes
 * @param closing   time a closing connection has to send what is queued
 * @param linger    time the client has to end its side after the server has, so that the last bytes are not lost to a reset
 * @param drain     time handlers have to close their connections when the application stops
 * @param lifetime  time after which a handler is asked to close its connection, and after {@code drain} more it is closed; zero for never
 * @param earlyData bytes that may arrive before the 101, as far as those can be told from what a quick client sends just after it; {@link #ANY} does not check
 * @param stallMin  bytes that a client must take in any {@code stall} while more wait for it, and send in any {@code stall} of a message that is not finished
 */
public record Limits(int queue, Duration idle, Duration stall, Duration closing, Duration linger, Duration drain, Duration lifetime, int earlyData,
                     int stallMin) {
    /** Any number of early bytes: the handler receives them as any others, with the same back-pressure. */
    public static final int ANY = Integer.MAX_VALUE;
    /** Time a container has to open a connection that was agreed on. */
    static final Duration OPENING = Duration.ofMinutes(1);
    private static final Duration LONGEST = Duration.ofDays(36_500);       // any longer is as good as this, and fits into a long of nanoseconds
    public static final Limits DEFAULT = new Limits(1 << 20, Duration.ofMinutes(5), Duration.ofSeconds(30),
            Duration.ofSeconds(10), Duration.ofSeconds(2), Duration.ofSeconds(5), Duration.ZERO, Limits.ANY, 8 * 1024);

    public Limits {
        if (queue < 1) throw new IllegalArgumentException("The queue must hold at least one byte, not " + queue);
        idle = time("idle", idle);
        stall = time("stall", stall);
        closing = time("closing", closing);
        linger = time("linger", linger);
        drain = time("drain", drain);
        lifetime = time("lifetime", lifetime);
        if (earlyData < 0) throw new IllegalArgumentException("The early data limit must not be negative: " + earlyData);
        if (stallMin < 1) throw new IllegalArgumentException("The minimum of a stall period must be at least one byte, not " + stallMin);
    }

    /** With the default {@code stallMin}. */
    public Limits(int queue, Duration idle, Duration stall, Duration closing, Duration linger, Duration drain, Duration lifetime, int earlyData) {
        this(queue, idle, stall, closing, linger, drain, lifetime, earlyData, 8 * 1024);
    }

    /** The same with other times. */
    public Limits with(Duration idle, Duration lifetime) {
        return new Limits(queue, idle, stall, closing, linger, drain, lifetime, earlyData, stallMin);
    }

    private static Duration time(String name, Duration value) {
        if (value.isNegative()) throw new IllegalArgumentException("The " + name + " time must not be negative: " + value);
        return longest(value);
    }

    /** The time, or one that is as good as for ever and fits into a long of nanoseconds. */
    static Duration longest(Duration value) {
        return value.compareTo(LONGEST) > 0 ? LONGEST : value;
    }
}
