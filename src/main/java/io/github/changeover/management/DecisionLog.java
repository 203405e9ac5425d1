package io.github.changeover.management;

import io.github.changeover.negotiation.Explanation;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Stores the last decisions. Thread-safe. */
final class DecisionLog {
    /** A stored decision. The response is added once it is known. */
    static final class LoggedDecision implements EventRecorder.DecisionEntry {
        private final Instant when = Instant.now();
        private final Duration took;
        private final InetSocketAddress remote;
        private final Explanation explanation;
        private long number;
        private volatile ResponseSummary answer;     // null until the response is known

        private LoggedDecision(Duration took, InetSocketAddress remote, Explanation explanation) {
            this.took = took;
            this.remote = remote;
            this.explanation = explanation;
        }

        @Override
        public void responded(ResponseSummary head) {
            answer = head;
        }

        private DecisionRecord read() {
            return new DecisionRecord(number, when, took, ConnectionView.address(remote), explanation, Optional.ofNullable(answer));
        }
    }

    private final LoggedDecision[] ring;
    private long count;

    /** @param size the number of decisions to keep; may be 0 */
    DecisionLog(int size) {
        ring = new LoggedDecision[size];
    }

    LoggedDecision add(Duration took, InetSocketAddress remote, Explanation explanation) {
        LoggedDecision line = new LoggedDecision(took, remote, explanation);
        synchronized (ring) {
            line.number = ++count;
            if (ring.length > 0) ring[(int) ((count - 1) % ring.length)] = line;
        }
        return line;
    }

    /** Returns the decisions after this number, the latest first. */
    List<DecisionRecord> after(long number) {
        List<DecisionRecord> found = new ArrayList<>();
        synchronized (ring) {
            long first = Math.max(Math.max(number, 0), count - ring.length);
            for (long i = count; i > first; i--) found.add(ring[(int) ((i - 1) % ring.length)].read());
        }
        return found;
    }
}
