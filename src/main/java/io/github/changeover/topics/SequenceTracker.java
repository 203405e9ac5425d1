package io.github.changeover.topics;

/**
 * The numbers of the messages of one node in one topic, as they arrive. It finds lost messages and drops late ones. Thread-safe.
 *
 * <p>The first message after the subscription sets the baseline. A number that only a heartbeat has named is a loss if it has not arrived some time later,
 * because a heartbeat may overtake messages. Before the first message, it sets a provisional baseline instead.
 */
final class SequenceTracker {
    static final long LATE = -1;

    private long epoch;                 // 0 before the baseline
    private long last;
    private boolean provisional;        // the baseline is from a heartbeat, no message has arrived
    private long namedEpoch, named;     // from the earliest heartbeat that is not checked yet; 0 if there is none
    private long namedAt;

    /** Called for each message. Returns the number of messages that are missing before it, or {@link #LATE} if it must not be delivered. */
    synchronized long arrived(long itsEpoch, long number) {
        if (epoch == 0 || itsEpoch == epoch && provisional && number <= last) return baseline(itsEpoch, number);
        if (itsEpoch < epoch || itsEpoch == epoch && number <= last) return LATE;
        long missing = itsEpoch == epoch ? number - last - 1 : number - 1;
        baseline(itsEpoch, number);
        return missing;
    }

    private long baseline(long itsEpoch, long number) {
        epoch = itsEpoch;
        last = number;
        provisional = false;
        return 0;
    }

    /** Called for the last number that a heartbeat names. Returns whether {@link #check} must be called later. */
    synchronized boolean named(long itsEpoch, long number, long now) {
        if (namedEpoch != 0) return true;
        if (itsEpoch < epoch || itsEpoch == epoch && number <= last) return false;
        namedEpoch = itsEpoch;
        named = number;
        namedAt = now;
        return true;
    }

    /** Whether a number that a heartbeat has named still waits for its check. */
    synchronized boolean waits() {
        return namedEpoch != 0;
    }

    /** Checks the number that a heartbeat has named, if it was named at least this time ago. Returns how many messages are missing. */
    synchronized long check(long now, long afterNanos) {
        if (namedEpoch == 0 || now - namedAt < afterNanos) return 0;
        long itsEpoch = namedEpoch, number = named;
        namedEpoch = 0;
        if (epoch == 0) {
            baseline(itsEpoch, number);
            provisional = true;
            return 0;
        }
        if (itsEpoch < epoch || itsEpoch == epoch && number <= last) return 0;
        long missing = itsEpoch == epoch ? number - last : number;
        baseline(itsEpoch, number);
        return missing;
    }
}
