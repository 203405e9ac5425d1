package io.github.changeover.connection;

import java.time.Duration;

/** Tells from the counters of a connection, looked at now and then, whether its time is up. The path of octets reads no clock. */
final class Timekeeper {
    enum Finding { FINE, IDLE, STALLED, LINGERED, AGED, OUTLIVED }

    private final Limits limits;
    private volatile long seenIn = -1;
    private long seenOut = -1;
    private volatile long activeSince;
    private long progressSince, closingSince, lingerSince;
    private long expectedSince;
    private long openSince;
    private boolean aged, outlived, closingSeen, lingerSeen, expectedSeen;
    private volatile boolean lingering;

    Timekeeper(Limits limits) {
        this.limits = limits;
    }

    /** From now on only the peer's end is awaited. */
    void lingering() {
        lingering = true;
    }

    /** Whether a connection that is not open has waited too long for that. */
    boolean overdue(long now) {
        if (!expectedSeen) expectedSince = now;
        expectedSeen = true;
        return now - expectedSince > Limits.OPENING.toNanos();
    }

    /** Time without an octet in either direction, as far as it was looked at. From any thread. */
    Duration idle(long now) {
        return seenIn < 0 ? Duration.ZERO : Duration.ofNanos(Math.max(0, now - activeSince));
    }

    Finding look(long now, long in, long out, long queued, boolean closing) {
        if (seenIn < 0) openSince = now;
        if (in != seenIn || out != seenOut) activeSince = now;
        if (out != seenOut || queued == 0) progressSince = now;
        if (in != seenIn) seenIn = in;      // after activeSince: who sees it sees that, too
        seenOut = out;
        if (!lingerSeen) lingerSince = now;
        lingerSeen = lingering;
        if (!closingSeen) closingSince = now;
        closingSeen = closing;
        if (lingering) return now - lingerSince > limits.linger().toNanos() ? Finding.LINGERED : Finding.FINE;
        if (queued > 0 && now - progressSince > limits.stall().toNanos()) return Finding.STALLED;
        if (closing) return now - closingSince > limits.closing().toNanos() ? Finding.STALLED : Finding.FINE;
        if (!limits.idle().isZero() && now - activeSince > limits.idle().toNanos()) return Finding.IDLE;
        return limits.lifetime().isZero() ? Finding.FINE : age(now - openSince);
    }

    /** Told once each: time for a goodbye, and time to go. */
    private Finding age(long nanos) {
        if (!aged && nanos > limits.lifetime().toNanos()) {
            aged = true;
            return Finding.AGED;
        }
        if (outlived || nanos <= limits.lifetime().toNanos() + limits.drain().toNanos()) return Finding.FINE;
        outlived = true;
        return Finding.OUTLIVED;
    }
}
