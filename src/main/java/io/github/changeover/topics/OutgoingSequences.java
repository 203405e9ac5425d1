package io.github.changeover.topics;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** The numbers of the messages that this node publishes, for each topic. Thread-safe. */
final class OutgoingSequences {
    private static final int MOST = 200_000;

    private final Map<String, OutgoingSequence> byKey = new ConcurrentHashMap<>();
    private final AtomicLong epochs = new AtomicLong();
    private final long activeNanos, retiredNanos;

    /** The numbers of one topic. They are retired when the topic is not used any more; then others begin at 1, in a later epoch. */
    static final class OutgoingSequence {
        private final long epoch;
        private long last;              // all fields are guarded by this
        private long handled;           // the last number that the relay thread has taken from the queue
        private int queued;             // messages in the queue
        private long usedAt;
        private boolean retired;

        OutgoingSequence(long epoch) {
            this.epoch = epoch;
        }

        long epoch() {
            return epoch;
        }

        /** Called when the relay thread has taken a message from the queue. */
        synchronized void handled(long number) {
            handled = number;
            queued--;
        }
    }

    /** Puts a message into the queue. */
    interface Enqueue {
        /** Returns whether the queue had room. */
        boolean put(OutgoingSequence sequence, long number);
    }

    OutgoingSequences(RelayTiming timing) {
        activeNanos = timing.active().toNanos();
        retiredNanos = timing.retired().toNanos();
    }

    /**
     * Gives the next number of the topic to a message and puts it into the queue, while no other message of the topic gets a number.
     *
     * @return whether the queue had room. If not, the number is lost, and other nodes find that
     */
    boolean next(String key, Enqueue queue) {
        while (true) {
            OutgoingSequence sequence = byKey.get(key);
            if (sequence == null) {
                if (byKey.size() >= MOST) return false;
                sequence = byKey.computeIfAbsent(key, same -> new OutgoingSequence(epochs.incrementAndGet()));
            }
            synchronized (sequence) {
                if (sequence.retired) continue;
                sequence.usedAt = System.nanoTime();
                boolean accepted = queue.put(sequence, ++sequence.last);
                if (accepted) sequence.queued++;
                return accepted;
            }
        }
    }

    /** Returns the last numbers of active topics, without messages that are still in the queue. Retires topics that are not used any more. */
    List<Heartbeat.LastNumber> lastNumbers() {
        List<Heartbeat.LastNumber> numbers = new ArrayList<>();
        long now = System.nanoTime();
        byKey.forEach((key, sequence) -> {
            synchronized (sequence) {
                long unused = now - sequence.usedAt;
                long last = sequence.queued == 0 ? sequence.last : sequence.handled;
                if (unused < activeNanos && last > 0) numbers.add(new Heartbeat.LastNumber(key, sequence.epoch, last));
                if (unused < retiredNanos || sequence.queued > 0) return;
                sequence.retired = true;
                byKey.remove(key, sequence);
            }
        });
        return numbers;
    }
}
