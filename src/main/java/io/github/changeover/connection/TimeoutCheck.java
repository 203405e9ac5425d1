package io.github.changeover.connection;

import io.github.changeover.spi.AdvancedConnection;
import io.github.changeover.spi.CloseCause;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Supplier;

/**
 * Checks the timeouts of one connection. {@link ConnectionMonitor} calls it regularly with the counters of the connection, so that sends and reads need
 * no clock. A check never calls the handler and never closes the socket itself; other threads do that.
 */
final class TimeoutCheck {
    /** The result of a check. */
    enum TimeoutFinding { NONE, IDLE, IDLE_OVERDUE, SLOW_READER, SLOW_MESSAGE, LINGERED, NOT_CLOSED, PING, UNANSWERED, EXPIRED, LIFETIME_OVER, LIFETIME_EXCEEDED }

    /**
     * The state of the connection at the time of a check.
     *
     * @param in           bytes received
     * @param out          bytes written
     * @param queued       bytes that wait because of the client
     * @param closing      whether a close was requested
     * @param reading      whether bytes from the client are read when they arrive
     * @param awaitsClient whether the next byte from the client would be read immediately
     */
    record Counters(long in, long out, long queued, boolean closing, boolean reading, boolean awaitsClient) {
    }

    /** Time for a handler to send its last bytes, in nanoseconds; then the connection is closed without them. */
    static final long CLOSE_NOTICE_NANOS = 400_000_000;
    /** A connection without traffic for this time, in nanoseconds, is reported to its transport as idle. */
    private static final long WITHOUT_TRAFFIC = 1_000_000_000;
    /** Time without a byte after which a client counts as quiet, in nanoseconds. Used if the end of the output could not be sent to the client. */
    static final long QUIET = 100_000_000;
    /** Maximum time to wait until such a client is quiet, in nanoseconds. It does not know that the connection is closing and may never stop sending. */
    static final long MAX_WAIT_FOR_QUIET = 1_000_000_000;

    private final TransportConnection connection;        // null in tests of find()
    private final ConnectionLimits limits;
    private volatile long seenIn = -1;
    private long seenOut = -1;
    private volatile long activeSince;
    private long closingSince, lingerSince, expectedSince, openSince, idleSince, rejectedSince;
    private boolean idleNoticed;
    private volatile Duration idle;
    private volatile PingSchedule pings;               // null if no pings are sent
    private volatile Supplier<Instant> endsAt;      // null if there is no such time
    private CloseCause causeWithoutHandler;                     // null unless the connection is being closed without its handler
    private long withoutHandlerSince;
    private boolean closingSeen, lingerSeen, expectedSeen, idleSeen, lifetimeSeen, lifetimeExceeded, rejectedSeen;
    private MinimumRate reads, message;             // null while no bytes wait, and while no message is unfinished
    private long messageSeen;
    private volatile boolean lingering, untilQuiet;
    private volatile long unfinishedMessage;        // bytes of it that have arrived; 0 if there is none
    private volatile long messages;                 // number of unfinished messages that have ended

    TimeoutCheck(TransportConnection connection, ConnectionLimits limits) {
        this.connection = connection;
        this.limits = limits;
        this.idle = limits.idle();
    }

    Duration idleTime() {
        return idle;
    }

    /** May be called on any thread. */
    void idleTime(Duration time) {
        Duration valid = time.isNegative() ? Duration.ZERO : ConnectionLimits.longest(time);
        idle = valid.equals(limits.idle()) ? limits.idle() : valid;     // most connections have the same one
    }

    /** May be called on any thread. */
    void pingWhenQuiet(Duration after, Duration answer, AdvancedConnection.Ping ping) {
        pings = new PingSchedule(after, answer, ping);
    }

    /** Null if no pings are sent. */
    PingSchedule pings() {
        return pings;
    }

    /** May be called on any thread. */
    void endsAt(Supplier<Instant> until) {
        endsAt = until;
    }

    /**
     * All bytes are sent. From now on the connection only waits for the client to end its side.
     *
     * @param untilQuiet whether to wait only while the client sends, because the end of the output could not be sent to it
     */
    void lingering(boolean untilQuiet) {
        this.untilQuiet = untilQuiet;
        lingering = true;
    }

    /** Sets how many bytes of an unfinished message have arrived; 0 if no message is in progress. */
    void unfinishedMessage(long bytes) {
        if (bytes < unfinishedMessage) messages++;
        unfinishedMessage = bytes;
    }

    /** The time without a byte in either direction, up to the last check. May be called on any thread. */
    Duration idle(long now) {
        return seenIn < 0 ? Duration.ZERO : Duration.ofNanos(Math.max(0, now - activeSince));
    }

    // ---- on the monitor's thread

    /** Checks a connection that the container has not opened yet. It may never be opened, for example if the client disconnected before the 101. */
    void checkUnopened(long now) {
        if (endsWhenDecided()) return;
        if (!expectedSeen) expectedSince = now;
        expectedSeen = true;
        if (now - expectedSince > ConnectionLimits.OPENING.toNanos()) {
            connection.abortSoon(CloseCause.of(CloseCause.Kind.BROKEN, "the container did not open the connection within " + ConnectionLimits.OPENING));
        }
    }

    void check(long now) {
        if (endsWhenDecided()) return;
        CloseState state = connection.closeState();
        if (connection.memory().isOverdue(now)) {
            connection.abortSoon(MemoryAccount.cause());
            return;
        }
        if (causeWithoutHandler != null && state.requested() == null && now - withoutHandlerSince > CLOSE_NOTICE_NANOS) connection.closeSoon(causeWithoutHandler);
        Transport transport = connection.transport();
        if (transport != null && transport.isClosedByContainer()) {
            connection.released();
            return;
        }
        OutputQueue queue = connection.queue();
        if (!idleNoticed && transport != null && seenIn >= 0 && now - activeSince > WITHOUT_TRAFFIC && queue.queued() == 0) {
            idleNoticed = true;
            connection.idleSoon();
        }
        switch (find(now, new Counters(connection.bytesIn(), queue.written(), queue.queuedForClient(), state.requested() != null,
                connection.processor().reads(), connection.processor().awaitsClient()))) {
            case NONE -> { }
            case IDLE -> connection.idleTimeout();
            case IDLE_OVERDUE -> closeWithoutHandler(now, CloseCause.of(CloseCause.Kind.IDLE, "no bytes sent or received for " + idle));
            case SLOW_READER -> connection.abortSoon(CloseCause.of(CloseCause.Kind.STALLED, "the client read less than " + limits.stallMin() + " bytes in "
                    + limits.stall() + " while " + queue.queued() + " were queued (changeover.stall, changeover.stall.min)"));
            case SLOW_MESSAGE -> reject(now, CloseCause.of(CloseCause.Kind.STALLED, "less than " + limits.stallMin() + " bytes of an unfinished message arrived in "
                    + limits.stall() + " (changeover.stall, changeover.stall.min)"));
            case PING -> connection.pingSoon(pings);
            case UNANSWERED -> reject(now, CloseCause.of(CloseCause.Kind.UNANSWERED, "no bytes arrived from the client after a ping"));
            case EXPIRED -> reject(now, CloseCause.of(CloseCause.Kind.EXPIRED, "the validity period that the application has set for the connection is over"));
            case LINGERED -> {
                connection.connectionLost(state.requested());
                connection.abortSoon(state.requested());
            }
            case NOT_CLOSED -> connection.abortSoon(CloseCause.of(CloseCause.Kind.STALLED, "the client did not read the queued bytes within " + limits.closing()
                    + " (changeover.closing)"));
            case LIFETIME_OVER -> connection.drain(lifetime());
            case LIFETIME_EXCEEDED -> closeWithoutHandler(now, lifetime());
        }
    }

    /**
     * Closes the socket if the end is decided and the socket is still open, because the thread of the connection runs a callback or no thread is free.
     * Returns whether the end is decided.
     */
    private boolean endsWhenDecided() {
        CloseCause end = connection.closeState().decided();
        if (end != null && !connection.isTerminated()) connection.abortSoon(end);
        return end != null;
    }

    private CloseCause lifetime() {
        return CloseCause.of(CloseCause.Kind.LIFETIME, "open for " + limits.lifetime() + " (changeover.lifetime)");
    }

    private void reject(long now, CloseCause cause) {
        if (!rejectedSeen) {
            rejectedSeen = true;
            rejectedSince = now;
            connection.reject(cause);
        } else if (now - rejectedSince > CLOSE_NOTICE_NANOS) {
            closeWithoutHandler(now, cause);
        }
    }

    /**
     * Closes the connection without its handler, after the protocol has sent its last bytes. They must be sent within
     * {@link #CLOSE_NOTICE_NANOS}.
     */
    void closeWithoutHandler(long now, CloseCause cause) {
        if (causeWithoutHandler != null) return;
        causeWithoutHandler = cause;
        withoutHandlerSince = now;
        connection.closeWithoutHandlerSoon(cause);
    }

    TimeoutFinding find(long now, Counters counters) {
        if (seenIn < 0) openSince = now;
        boolean received = counters.in != seenIn;
        boolean sent = sent(counters.out);
        if (received || sent) {
            activeSince = now;
            idleSeen = false;
        }
        if (received) seenIn = counters.in;      // after activeSince: a thread that sees this value also sees that one
        if (!lingerSeen) lingerSince = now;
        lingerSeen = lingering;
        if (!closingSeen) closingSince = now;
        closingSeen = counters.closing;
        boolean slowReader = readsTooSlowly(now, counters);
        if (lingering) return lingered(now) ? TimeoutFinding.LINGERED : TimeoutFinding.NONE;
        if (slowReader) return TimeoutFinding.SLOW_READER;
        if (counters.closing) return now - closingSince > limits.closing().toNanos() ? TimeoutFinding.NOT_CLOSED : TimeoutFinding.NONE;
        // While bytes arrive, a running callback is ignored. Otherwise a client could restart the period with pings.
        if (sendsTooSlowly(now, counters.reading || received)) return TimeoutFinding.SLOW_MESSAGE;
        if (hasExpired()) return TimeoutFinding.EXPIRED;
        long quiet = idle.toNanos();
        if (quiet > 0 && now - activeSince > quiet) return idleTimeOver(now);
        TimeoutFinding ping = ping(now, received, counters);
        if (ping != TimeoutFinding.NONE) return ping;
        return limits.lifetime().isZero() ? TimeoutFinding.NONE : lifetime(now - openSince);
    }

    /** Whether bytes other than pings were sent since the last check. */
    private boolean sent(long out) {
        PingSchedule now = pings;
        if (now == null) {
            boolean more = out != seenOut;
            seenOut = out;
            return more;
        }
        if (now.isSending()) return false;      // the size of the ping is known at a later check
        long others = out - now.bytes();        // smaller than before while a ping is queued
        boolean more = others > seenOut;
        seenOut = Math.max(seenOut, others);
        return more;
    }

    private boolean hasExpired() {
        Supplier<Instant> end = endsAt;
        if (end == null) return false;
        Instant time = end.get();
        return time != null && !Instant.now().isBefore(time);
    }

    private TimeoutFinding ping(long now, boolean received, Counters counters) {
        PingSchedule schedule = pings;
        if (schedule == null) return TimeoutFinding.NONE;
        return switch (schedule.check(now, received, activeSince, counters.queued, counters.awaitsClient)) {
            case NONE -> TimeoutFinding.NONE;
            case PING -> TimeoutFinding.PING;
            case UNANSWERED -> TimeoutFinding.UNANSWERED;
        };
    }

    private boolean lingered(long now) {
        long time = now - lingerSince;
        if (time > limits.linger().toNanos()) return true;
        return untilQuiet && (time > MAX_WAIT_FOR_QUIET || time > QUIET && now - activeSince > QUIET);
    }

    private TimeoutFinding idleTimeOver(long now) {
        if (!idleSeen) {
            idleSeen = true;
            idleSince = now;
            return TimeoutFinding.IDLE;
        }
        return now - idleSince > CLOSE_NOTICE_NANOS ? TimeoutFinding.IDLE_OVERDUE : TimeoutFinding.NONE;
    }

    private boolean readsTooSlowly(long now, Counters counters) {
        if (counters.queued == 0) {
            reads = null;
            return false;
        }
        if (reads == null) reads = new MinimumRate(limits.stallMin(), limits.stall().toNanos());
        return reads.isTooSlow(now, counters.out, counters.out + counters.queued);
    }

    private boolean sendsTooSlowly(long now, boolean reading) {
        long bytes = unfinishedMessage;
        long number = messages;
        if (bytes == 0 || !reading || number != messageSeen) {
            message = null;
            messageSeen = number;
        }
        if (bytes == 0 || !reading) return false;
        if (message == null) message = new MinimumRate(limits.stallMin(), limits.stall().toNanos());
        return message.isTooSlow(now, bytes, Long.MAX_VALUE);
    }

    /** Returns each of the two results once: the lifetime is over, and later the drain time after it is over. */
    private TimeoutFinding lifetime(long open) {
        if (!lifetimeSeen && open > limits.lifetime().toNanos()) {
            lifetimeSeen = true;
            return TimeoutFinding.LIFETIME_OVER;
        }
        if (lifetimeExceeded || open <= limits.lifetime().toNanos() + limits.drain().toNanos()) return TimeoutFinding.NONE;
        lifetimeExceeded = true;
        return TimeoutFinding.LIFETIME_EXCEEDED;
    }
}
