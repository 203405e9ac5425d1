package io.github.changeover.connection;

import io.github.changeover.spi.AdvancedConnection.Ping;
import java.time.Duration;

/**
 * Decides when a connection sends a ping and when the answer is late. The monitor calls {@link #check}; another thread sends the ping.
 *
 * <pre>
 * after 30 s, answer 20 s      0 s last byte, 30 s PING, 31 s any byte from the client, 61 s PING, 81 s no byte from the client: UNANSWERED
 * </pre>
 */
final class PingSchedule {
    /** The result of a check: nothing to do, a ping is due, or the client has not answered in time. */
    enum PingFinding { NONE, PING, UNANSWERED }

    /** Maximum time for sending a ping, in nanoseconds, unless the time for its answer is longer. After it, the ping counts as sent. */
    private static final long MAX_SENDING = Duration.ofSeconds(10).toNanos();

    private enum PingState { NOTHING, SENDING, SENT }

    private final long after, answer;
    private final Ping ping;
    private volatile PingState state = PingState.NOTHING;
    private volatile long bytes;        // bytes of all pings; changed only while SENDING
    private boolean waiting;            // this field and the following are used only by the monitor
    private boolean receivedMeanwhile;  // bytes arrived while the ping was being sent; they may be its answer
    private long sendingSince, sentSeen, waitingSince;

    PingSchedule(Duration after, Duration answer, Ping ping) {
        if (after.isZero() || after.isNegative() || answer.isZero() || answer.isNegative()) {
            throw new IllegalArgumentException("The ping interval and the pong timeout must be above zero, not " + after + " and " + answer);
        }
        this.after = ConnectionLimits.longest(after).toNanos();
        this.answer = ConnectionLimits.longest(answer).toNanos();
        this.ping = ping;
    }

    /** Sends the ping that is due. Called on a thread that may write to the container. */
    void send() {
        try {
            ping.send(this::sent);
        } catch (RuntimeException | Error failure) {
            sent(0);
            throw failure;
        }
    }

    private void sent(int count) {
        if (state != PingState.SENDING) return;
        bytes += count;
        state = count > 0 ? PingState.SENT : PingState.NOTHING;
    }

    /** Whether a ping is being sent, so that {@link #bytes()} may lag behind what is written. */
    boolean isSending() {
        return state == PingState.SENDING;
    }

    /** Bytes of all pings. */
    long bytes() {
        return bytes;
    }

    /**
     * Checks whether a ping is due or unanswered.
     *
     * @param now         current time in nanoseconds
     * @param received    whether bytes have arrived from the client since the last check
     * @param activeSince time of the last byte in either direction, without pings, in nanoseconds
     * @param queued      bytes that wait to be sent
     * @param reads       whether the next byte of the client would be read immediately; if not, a missing answer is not the fault of the client
     */
    PingFinding check(long now, boolean received, long activeSince, long queued, boolean reads) {
        PingState current = state;
        receivedMeanwhile |= received;
        if (current == PingState.SENDING) {
            if (now - sendingSince <= Math.max(answer, MAX_SENDING)) return PingFinding.NONE;
            state = current = PingState.SENT;      // the sender is blocked, or will not report the ping
        }
        boolean receivedSinceCheck = receivedMeanwhile;
        receivedMeanwhile = false;
        if (receivedSinceCheck) state = current = PingState.NOTHING;
        if (current == PingState.NOTHING) {
            waiting = false;
            return queued == 0 && now - activeSince > after ? ping(now) : PingFinding.NONE;
        }
        if (!waiting) sentSeen = now;
        if (!waiting || !reads) waitingSince = now;
        waiting = true;
        if (!reads && queued == 0 && now - sentSeen > after) return ping(now);     // so that proxies in between do not close an idle connection
        return now - waitingSince > answer ? PingFinding.UNANSWERED : PingFinding.NONE;
    }

    private PingFinding ping(long now) {
        waiting = false;
        sendingSince = now;
        state = PingState.SENDING;
        return PingFinding.PING;
    }
}
