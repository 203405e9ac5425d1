package io.github.changeover.topics;

import io.github.changeover.spi.AdvancedConnection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongConsumer;

/**
 * A connection in a topic. Thread-safe.
 *
 * <p>A message is sent at once if the client reads fast enough. Otherwise it waits here until the earlier bytes of the connection are sent, and can still be
 * dropped or replaced.
 */
public final class Membership {
    private static final long OVERHEAD = 128;       // bytes of memory of a waiting message, in addition to its content
    private final TopicState state;
    private final Member member;
    private Map<Object, WaitingMessage> waiting = Map.of();     // the oldest first, by the key of the message or by itself. Guarded by the send lock, like the next four fields
    private long waitingBytes;
    private boolean ended;
    private boolean dropReported;               // an event is submitted
    private boolean dropNotified;               // a task that calls the listener waits until a callback has ended
    private volatile long dropped;              // changed under the send lock
    private volatile LongConsumer dropListener;

    private static final class WaitingMessage {
        private final String key;       // null unless it can be replaced
        private final int size;
        private AdvancedConnection.Deferred deferred;

        WaitingMessage(String key, int size) {
            this.key = key;
            this.size = size;
        }

        /** The key of the map. */
        Object at() {
            return key == null ? this : key;
        }
    }

    Membership(TopicState state, Member member) {
        this.state = state;
        this.member = member;
    }

    /** The topic. */
    public Topic topic() {
        return state.topic();
    }

    /** The connection. */
    public Member member() {
        return member;
    }

    /** The number of messages that this member has not got because its client reads too slowly, including those that were replaced by later ones. */
    public long dropped() {
        return dropped;
    }

    /**
     * Sets the listener for dropped messages. It runs like a callback of the connection, with the total number; drops in quick succession are reported
     * together. A second call replaces the first listener.
     */
    public Membership onDropped(LongConsumer listener) {
        dropListener = listener;
        return this;
    }

    /** Leaves the topic. Waiting messages are not sent. Does nothing if the member has left. */
    public void leave() {
        member.topics().leave(this);
    }

    TopicState state() {
        return state;
    }

    boolean isOfUser() {
        return state.isOfUser();
    }

    /** Ends the deliveries. */
    void end() {
        AdvancedConnection connection = member.output().connection();
        connection.sendAtomically(() -> {
            ended = true;
            withdrawAll();
            return null;
        });
    }

    /** Sends the message or lets it wait. Does not block. */
    void deliver(TopicMessage message) {
        TopicOutput output = member.output();
        output.encode(message);
        boolean flush = output.connection().sendAtomically(() -> {
            if (ended || member.isClosing()) return false;
            if (waiting.isEmpty() && output.trySend(message)) return false;
            defer(message);
            return !waiting.isEmpty() && !output.connection().isBehind();
        });
        if (flush) output.sendDeferred();       // it waits for an earlier message that can be sent
    }

    private void defer(TopicMessage message) {
        TopicOptions options = state.options();
        boolean keepsLatest = options.overflow() == Overflow.KEEP_LATEST && message.key().isPresent();
        long before = dropped;
        boolean canFit = member.hasRoom(message.size() - waitingBytes);      // otherwise dropping earlier messages does not help
        if (canFit && keepsLatest) withdraw(waiting.get(message.key().get()));
        while (canFit && !waiting.isEmpty() && (waiting.size() >= options.waiting() || !member.hasRoom(message.size()))) {
            if (options.overflow() == Overflow.CLOSE_MEMBER) break;
            withdraw(waiting.values().iterator().next());
        }
        if (!canFit || waiting.size() >= options.waiting() || !member.hasRoom(message.size())) overflow();
        else add(keepsLatest ? message.key().get() : null, message);
        if (dropped != before) reportDropped();
    }

    private void overflow() {
        dropped++;
        state.countDropped();
        if (state.options().overflow() != Overflow.CLOSE_MEMBER) return;        // messages of other topics need the room
        int count = waiting.size();
        while (!waiting.isEmpty()) withdraw(waiting.values().iterator().next());
        member.closeSlow("The client reads too slowly: " + count + " messages of a topic were waiting.");
    }

    private void add(String key, TopicMessage message) {
        WaitingMessage added = new WaitingMessage(key, message.size());
        added.deferred = member.output().deferred(message, () -> finished(added));
        if (waiting.isEmpty()) waiting = new LinkedHashMap<>();
        waiting.put(added.at(), added);
        waitingBytes += added.size;
        member.waiting(added.size);
        member.output().connection().charge(OVERHEAD);
        if (!member.output().connection().defer(added.deferred)) finished(added);      // the connection is closing
    }

    private void finished(WaitingMessage message) {
        if (waiting.isEmpty() || !waiting.remove(message.at(), message)) return;
        waitingBytes -= message.size;
        member.waiting(-message.size);
        member.output().connection().release(OVERHEAD);
        if (waiting.isEmpty()) waiting = Map.of();
    }

    /** Drops a waiting message. */
    private void withdraw(WaitingMessage message) {
        if (message == null) return;
        boolean withdrawn = member.output().connection().withdraw(message.deferred);
        finished(message);
        if (!withdrawn) return;
        dropped++;
        state.countDropped();
    }

    private void withdrawAll() {
        while (!waiting.isEmpty()) {
            WaitingMessage first = waiting.values().iterator().next();
            member.output().connection().withdraw(first.deferred);
            finished(first);
        }
    }

    private void reportDropped() {
        if (dropReported) return;
        dropReported = true;
        if (!member.topics().dropped(this)) dropReported = false;
    }

    /** Called for the drops until now, outside the send lock. */
    long takeDropped() {
        return member.output().connection().sendAtomically(() -> {
            dropReported = false;
            return dropped;
        });
    }

    /** Calls the listener of the member like a callback of its connection. */
    void notifyDropped() {
        AdvancedConnection connection = member.output().connection();
        if (dropListener == null) return;
        boolean waits = connection.sendAtomically(() -> {
            boolean before = dropNotified;
            dropNotified = true;
            return before;
        });
        if (waits) return;      // one task waits at most, because a callback may run for long
        connection.execute(() -> {
            connection.sendAtomically(() -> dropNotified = false);
            LongConsumer listener = dropListener;
            if (listener != null) listener.accept(dropped);
        });
    }

    @Override
    public String toString() {
        return member + " in " + state.topic();
    }
}
