package io.github.changeover.connection;

import java.time.Duration;

/**
 * The limits of a switched connection. Immutable.
 *
 * @param queue     bytes that may wait to be sent before {@code send} returns {@code false}
 * @param idle      time without a byte in either direction after which the connection is closed; zero for never
 * @param stall     period in which a client must read, or send, at least {@code stallMin} bytes
 * @param closing   maximum time for sending the queued bytes of a closing connection
 * @param linger    maximum time to wait for the client to end its side after the server has ended its side; without it a reset could discard the last
 *                  bytes
 * @param drain     time for handlers to close their connections when the application stops
 * @param lifetime  time after which {@code drain} of the handler is called; after the time {@code drain} more, the server closes the connection; zero for
 *                  never
 * @param earlyData bytes that may arrive before the 101, as far as they can be distinguished from bytes that a fast client sends just after it;
 *                  {@link #ANY} for no check
 * @param stallMin  bytes that a client must read in each period {@code stall} while more bytes wait for it, and must send in each period {@code stall}
 *                  while a message is unfinished
 */
public record ConnectionLimits(int queue, Duration idle, Duration stall, Duration closing, Duration linger, Duration drain, Duration lifetime, int earlyData,
                     int stallMin) {
    /** Any number of early bytes. The handler receives them like all other bytes, with the same flow control. */
    public static final int ANY = Integer.MAX_VALUE;
    /** Maximum time for the container to open a connection after the upgrade was decided. */
    static final Duration OPENING = Duration.ofMinutes(1);
    private static final Duration LONGEST = Duration.ofDays(36_500);       // longer times are reduced to this, which fits into a long of nanoseconds
    public static final ConnectionLimits DEFAULT = new ConnectionLimits(1 << 20, Duration.ofMinutes(5), Duration.ofSeconds(30),
            Duration.ofSeconds(10), Duration.ofSeconds(2), Duration.ofSeconds(5), Duration.ZERO, ConnectionLimits.ANY, 8 * 1024);

    public ConnectionLimits {
        if (queue < 1) throw new IllegalArgumentException("The queue limit must be at least 1 byte, not " + queue);
        idle = time("idle", idle);
        stall = time("stall", stall);
        closing = time("closing", closing);
        linger = time("linger", linger);
        drain = time("drain", drain);
        lifetime = time("lifetime", lifetime);
        if (earlyData < 0) throw new IllegalArgumentException("The early data limit must not be negative: " + earlyData);
        if (stallMin < 1) throw new IllegalArgumentException("The minimum number of bytes in a stall period must be at least 1, not " + stallMin);
    }

    /** Limits with the default {@code stallMin} of 8192 bytes. */
    public ConnectionLimits(int queue, Duration idle, Duration stall, Duration closing, Duration linger, Duration drain, Duration lifetime, int earlyData) {
        this(queue, idle, stall, closing, linger, drain, lifetime, earlyData, 8 * 1024);
    }

    /** Returns the same limits with other times. */
    public ConnectionLimits with(Duration idle, Duration lifetime) {
        return new ConnectionLimits(queue, idle, stall, closing, linger, drain, lifetime, earlyData, stallMin);
    }

    private static Duration time(String name, Duration value) {
        if (value.isNegative()) throw new IllegalArgumentException("The " + name + " time must not be negative: " + value);
        return longest(value);
    }

    /** Returns the time, or 36,500 days if it is longer, so that the result fits into a long of nanoseconds. */
    static Duration longest(Duration value) {
        return value.compareTo(LONGEST) > 0 ? LONGEST : value;
    }
}
