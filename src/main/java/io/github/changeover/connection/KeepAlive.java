package io.github.changeover.connection;

import io.github.changeover.spi.AdvancedConnection.Ping;
import java.time.Duration;

/**
 * The pings of one connection. The monitor decides when one is due and when its client is gone; another thread sends.
 *
 * <pre>
 * after 30 s, answer 20 s      0 s last byte, 30 s PING, 31 s any byte of the client's: 61 s PING, 81 s nothing came: UNANSWERED
 * </pre>
 */
final class KeepAlive {
    /** What a look of the monitor's shows. */
    enum Finding { NONE, PING, UNANSWERED }

    /** Who sends a ping does not take so long. */
    private static final long STUCK = Duration.ofSeconds(10).toNanos();

    private enum State { NOTHING, SENDING, SENT }

    private final long after, answer;
    private final Ping ping;
    private volatile State state = State.NOTHING;
    private volatile long bytes;        // of all pings; added to while SENDING only
    private boolean waiting;            // the rest is touched by the monitor only
    private boolean receivedMeanwhile;  // while the ping was being sent: the answer, perhaps
    private long sendingSince, sentSeen, waitingSince;

    KeepAlive(Duration after, Duration answer, Ping ping) {
        if (after.isZero() || after.isNegative() || answer.isZero() || answer.isNegative()) {
            throw new IllegalArgumentException("The times of pings must be above zero, not " + after + " and " + answer);
        }
        this.after = Limits.longest(after).toNanos();
        this.answer = Limits.longest(answer).toNanos();
        this.ping = ping;
    }

    /** Has the ping sent that is due. On a thread that may write to the container. */
    void send() {
        try {
            ping.send(this::sent);
        } catch (RuntimeException | Error failure) {
            sent(0);
            throw failure;
        }
    }

    private void sent(int count) {
        if (state != State.SENDING) return;
        bytes += count;
        state = count > 0 ? State.SENT : State.NOTHING;
    }

    /** Whether a ping is being sent, so that {@link #bytes()} may lag behind what is written. */
    boolean isSending() {
        return state == State.SENDING;
    }

    /** Bytes of all pings. */
    long bytes() {
        return bytes;
    }

    /**
     * @param received    whether anything came from the client since the last look
     * @param activeSince time of the last byte in either direction, pings left out
     * @param queued      bytes that wait to be sent
     * @param reads       whether the client's next byte would be read at once: a busy application is not the client's silence
     */
    Finding look(long now, boolean received, long activeSince, long queued, boolean reads) {
        State seen = state;
        receivedMeanwhile |= received;
        if (seen == State.SENDING) {
            if (now - sendingSince <= Math.max(answer, STUCK)) return Finding.NONE;
            state = seen = State.SENT;      // who should send it is stuck, or has lost it
        }
        boolean alive = receivedMeanwhile;
        receivedMeanwhile = false;
        if (alive) state = seen = State.NOTHING;
        if (seen == State.NOTHING) {
            waiting = false;
            return queued == 0 && now - activeSince > after ? ping(now) : Finding.NONE;
        }
        if (!waiting) sentSeen = now;
        if (!waiting || !reads) waitingSince = now;
        waiting = true;
        if (!reads && queued == 0 && now - sentSeen > after) return ping(now);     // proxies between must see bytes all the same
        return now - waitingSince > answer ? Finding.UNANSWERED : Finding.NONE;
    }

    private Finding ping(long now) {
        waiting = false;
        sendingSince = now;
        state = State.SENDING;
        return Finding.PING;
    }
}
