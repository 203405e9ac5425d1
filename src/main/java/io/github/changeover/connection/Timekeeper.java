package io.github.changeover.connection;

/** Tells from the counters of a connection, looked at now and then, whether its time is up. The path of octets reads no clock. */
final class Timekeeper {
    enum Finding { FINE, IDLE, STALLED, LINGERED }

    private final Limits limits;
    private long seenIn = -1, seenOut = -1;
    private long activeSince, progressSince, closingSince, lingerSince;
    private long expectedSince;
    private boolean closingSeen, lingerSeen, expectedSeen;
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

    Finding look(long now, long in, long out, long queued, boolean closing) {
        if (in != seenIn || out != seenOut) activeSince = now;
        if (out != seenOut || queued == 0) progressSince = now;
        seenIn = in;
        seenOut = out;
        if (!lingerSeen) lingerSince = now;
        lingerSeen = lingering;
        if (!closingSeen) closingSince = now;
        closingSeen = closing;
        if (lingering) return now - lingerSince > limits.linger().toNanos() ? Finding.LINGERED : Finding.FINE;
        if (queued > 0 && now - progressSince > limits.stall().toNanos()) return Finding.STALLED;
        if (closing) return now - closingSince > limits.closing().toNanos() ? Finding.STALLED : Finding.FINE;
        if (!limits.idle().isZero() && now - activeSince > limits.idle().toNanos()) return Finding.IDLE;
        return Finding.FINE;
    }
}
