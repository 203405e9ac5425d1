package io.github.changeover.topics;

import io.github.changeover.management.TopicCounts;
import io.github.changeover.relay.Relay;
import io.github.changeover.topics.RelayMessage.InvalidMessageException;
import io.github.changeover.topics.RelayMessage.Kind;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;

/**
 * Connects the topics of this node to those of other nodes through a {@link Relay}.
 *
 * <p>Each message has a number in its topic, so that other nodes find what was lost: the next message shows it, or the next heartbeat, which names the last
 * number of each active topic. A heartbeat also tells who is in the topics of this node. No node ever asks another one.
 *
 * <p>Threading: publishers put messages into a queue. One thread passes them to the relay, sets its channels of interest and sends heartbeats. Threads of the
 * relay deliver what arrives.
 */
final class Cluster implements Relay.Receiver, AutoCloseable {
    private static final System.Logger LOG = System.getLogger("io.github.changeover.topics");
    private static final int MOST_QUEUED = 100_000;
    private static final int COMPLETE_EVERY = 5;        // heartbeats
    private static final long INTERESTS_NANOS = 50_000_000;
    private static final int MESSAGES_AT_ONCE = 1000;   // then interests and heartbeats are looked at
    private static final long STOP_MILLIS = 3000;
    private static final long OVERHEAD = 128;           // bytes of memory of a queued message, in addition to its content

    private final Topics topics;
    private final RelaySettings settings;
    private final Supplier<Relay> relays;
    private final RelayTiming timing;
    private final long node = new SecureRandom().nextLong();
    private final String nodesChannel;
    private final OutgoingSequences sequences;
    private final RemoteNodes nodes;
    private final LinkedBlockingQueue<QueuedMessage> queue = new LinkedBlockingQueue<>(MOST_QUEUED);
    private final AtomicLong queuedBytes = new AtomicLong();
    private final Set<String> changedMembers = ConcurrentHashMap.newKeySet();       // keys whose interest and presence must be updated
    private final AtomicBoolean wakes = new AtomicBoolean();                        // the queue contains what wakes the thread for them
    private final Set<TopicState> unchecked = ConcurrentHashMap.newKeySet();       // topics with numbers that a heartbeat has named
    private final Thread thread;
    private final LongAdder sent = new LongAdder(), unsent = new LongAdder(), received = new LongAdder(), lost = new LongAdder(), nodesLost = new LongAdder(), invalid = new LongAdder();
    private volatile boolean up;                    // the relay is ready and connected; changed under the lock, like the next two fields
    private boolean ready;                          // the relay is started
    private boolean connected;                      // what the relay has reported
    private volatile boolean closed;
    private volatile boolean newNode;               // a node needs a complete heartbeat
    private volatile boolean restored;              // the interest must be set again where it failed

    // ---- the following fields are used by the thread only
    private Relay relay;                            // null while it is not started
    private final Set<String> interests = new HashSet<>();      // keys
    private final Set<String> failedInterests = new HashSet<>();
    private final Set<String> changedPresence = new HashSet<>();
    private long heartbeats, parts;
    private boolean failureLogged;
    private long nextStart, nextHeartbeat, nextCheck;       // in nanoseconds

    private record QueuedMessage(String key, OutgoingSequences.OutgoingSequence sequence, long number, TopicMessage message) {
        /** Wakes the thread. */
        static final QueuedMessage NONE = new QueuedMessage(null, null, 0, null);

        long bytes() {
            return OVERHEAD + message.size();
        }
    }

    /** @param relays makes a relay that is not started */
    Cluster(Topics topics, RelaySettings settings, Supplier<Relay> relays, RelayTiming timing, ClassLoader loader) {
        this.topics = topics;
        this.settings = settings;
        this.relays = relays;
        this.timing = timing;
        nodesChannel = settings.name() + ":nodes";
        sequences = new OutgoingSequences(timing);
        nodes = new RemoteNodes(topics.limits().topics(), timing.expiry().toNanos());
        thread = new Thread(this::run, "changeover-relay");
        thread.setDaemon(true);
        thread.setContextClassLoader(loader);
    }

    /** Starts the thread. It connects the relay, now or later. */
    void start() {
        topics.states().forEach(state -> changedMembers.add(state.key()));
        thread.start();
    }

    /** The beginning of all channel names. */
    String name() {
        return settings.name();
    }

    // ---- called by Topics, on any thread

    /** Publishes the message to other nodes. Never blocks. */
    void publish(String key, TopicMessage message) {
        boolean accepted = sequences.next(key, (sequence, number) -> {
            QueuedMessage queued = new QueuedMessage(key, sequence, number, message);
            if (!up || queuedBytes.get() + queued.bytes() > settings.queueMax()) return false;
            if (!queue.offer(queued)) return false;
            queuedBytes.addAndGet(queued.bytes());
            return true;
        });
        if (!accepted) unsent.increment();
    }

    /** The members of a topic or a user on this node have changed. */
    void membersChanged(String key) {
        if (changedMembers.add(key) && !wakes.getAndSet(true)) queue.offer(QueuedMessage.NONE);
    }

    /** Returns the presence of a topic on other nodes. */
    List<Heartbeat.TopicPresence> presence(String key) {
        return nodes.presence(key);
    }

    TopicCounts.Relay counts() {
        return new TopicCounts.Relay(settings.kind(), up ? TopicCounts.RelayState.UP : TopicCounts.RelayState.DOWN, nodes.size(), sent.sum(), unsent.sum(), received.sum(), lost.sum(),
                nodesLost.sum(), invalid.sum());
    }

    // ---- called by the relay, on its threads

    @Override
    public void connected(boolean now) {
        change(() -> connected = now);
    }

    /** Changes what {@link #up} depends on, and reports a change of it. */
    private synchronized void change(Runnable state) {
        state.run();
        boolean now = ready && connected;
        if (closed || up == now) return;
        if (now) {
            nodes.reconnected(System.nanoTime());
            newNode = true;
            restored = true;
        }
        up = now;
        if (now) LOG.log(System.Logger.Level.INFO, "The relay ''{0}'' is connected: topics include other nodes", settings.kind());
        else LOG.log(System.Logger.Level.WARNING, "The relay ''{0}'' has lost its connection: messages of topics reach this node only, until it is restored", settings.kind());
        topics.events().put(new TopicEvent.RelayChanged(now));
    }

    @Override
    public void received(String channel, byte[] bytes) {
        if (closed) return;
        try {
            if (!channel.startsWith(settings.name() + ":")) throw new InvalidMessageException("the channel " + channel.length() + " characters long is not one of this application");
            RelayMessage message = RelayMessage.decode(channel, bytes, settings.signer());
            if (message.node() == node) return;         // published by this node
            if (channel.equals(nodesChannel)) receivedFromNode(message);
            else deliver(channel.substring(settings.name().length() + 1), message);
        } catch (InvalidMessageException wrong) {
            invalid(wrong.getMessage());
        } catch (RuntimeException | StackOverflowError unexpected) {
            invalid(unexpected.toString());
        }
    }

    private void invalid(String why) {
        invalid.increment();
        if (invalid.sum() == 1) LOG.log(System.Logger.Level.WARNING, "The relay ''{0}'' has delivered a message that is not valid, and it is dropped: {1}. This is logged once", settings.kind(), why);
    }

    private void deliver(String key, RelayMessage message) throws InvalidMessageException {
        if (message.kind() != Kind.MESSAGE || key.length() < 2) throw new InvalidMessageException("a message of the kind " + message.kind() + " in the channel of a topic");
        TopicState state = topics.state(key);
        if (state == null) return;          // the last member has just left
        TopicMessage content = message.message();
        if (content.size() > topics.limits().message()) throw new InvalidMessageException(content.size() + " bytes (changeover.topics.message.max)");
        long missing = state.sequences().of(message.node()).arrived(message.epoch(), message.number());
        if (missing == SequenceTracker.LATE) return;
        if (missing > 0) missing(state, message.node(), missing);
        received.increment();
        state.deliver(content, List.of());
    }

    private void missing(TopicState state, long from, long count) {
        lost.add(count);
        topics.events().put(state.isOfUser() ? new TopicEvent.UserGap(state.name(), name(from), count) : new TopicEvent.Gap(state.topic(), name(from), count));
    }

    private static String name(long node) {
        return String.format("%016x", node);
    }

    private void receivedFromNode(RelayMessage message) throws InvalidMessageException {
        if (message.kind() == Kind.END) {
            nodes.ended(message.node());
            return;
        }
        if (message.kind() != Kind.HEARTBEAT) throw new InvalidMessageException("a message of the kind " + message.kind() + " in the channel of the nodes");
        Heartbeat part = Heartbeat.decode(message.body());
        long now = System.nanoTime();
        if (nodes.heard(message.node(), message.number(), part, now)) newNode = true;
        for (Heartbeat.LastNumber last : part.numbers()) {
            TopicState state = topics.state(last.key());
            if (state != null && state.sequences().of(message.node()).named(last.epoch(), last.number(), now)) unchecked.add(state);
        }
    }

    // ---- the thread

    private void run() {
        nextStart = nextHeartbeat = nextCheck = System.nanoTime();
        try {
            while (!closed) {
                try {
                    step();
                } catch (RuntimeException | Error unexpected) {
                    LOG.log(System.Logger.Level.ERROR, "The relay is started again because of an unexpected failure", unexpected);
                    stopRelay();
                }
            }
        } catch (InterruptedException stopped) {
            // close() was called
        } finally {
            end();
        }
    }

    private void step() throws InterruptedException {
        long now = System.nanoTime();
        if (relay == null && now - nextStart >= 0) {
            startRelay();
            nextStart = System.nanoTime() + timing.retry().toNanos();
            nextHeartbeat = System.nanoTime();
        }
        if (now - nextCheck >= 0) {
            check(now);
            nextCheck = now + timing.check().toNanos();
        }
        if (relay != null) {
            updateInterests(now + INTERESTS_NANOS);
            if (now - nextHeartbeat >= 0) {
                if (up) sendHeartbeat();
                nextHeartbeat = now + timing.heartbeat().toNanos();
            }
        }
        long next = relay == null || nextCheck - nextHeartbeat < 0 ? nextCheck : nextHeartbeat;
        boolean more = relay != null && !changedMembers.isEmpty();
        QueuedMessage queued = more ? queue.poll() : queue.poll(Math.max(1, next - System.nanoTime()), TimeUnit.NANOSECONDS);
        for (int i = 1; queued != null; queued = i++ < MESSAGES_AT_ONCE ? queue.poll() : null) {
            if (queued != QueuedMessage.NONE) send(queued);
        }
    }

    private void startRelay() {
        Relay made = null;
        try {
            made = relays.get();
            change(() -> connected = true);         // unless the relay reports something else
            made.start(this);
            made.interest(nodesChannel, true);
            relay = made;
            failureLogged = false;
            interests.clear();
            topics.states().forEach(state -> changedMembers.add(state.key()));
            updateInterests(System.nanoTime() + timing.heartbeat().toNanos());
            change(() -> ready = true);
        } catch (IOException | RuntimeException | LinkageError failure) {
            if (made != null) closeQuietly(made);
            if (failureLogged) return;
            failureLogged = true;
            LOG.log(System.Logger.Level.WARNING, "The relay ''{0}'' cannot be started: {1}. Messages of topics reach this node only. It is tried again every {2} seconds", settings.kind(),
                    failure.getMessage() == null ? failure.toString() : failure.getMessage(), timing.retry().toSeconds());
            LOG.log(System.Logger.Level.DEBUG, "The failure of the relay", failure);
        }
    }

    private void stopRelay() {
        if (relay == null) return;
        closeQuietly(relay);
        relay = null;
        change(() -> ready = false);
    }

    private static void closeQuietly(Relay relay) {
        try {
            relay.close();
        } catch (RuntimeException | LinkageError failure) {
            LOG.log(System.Logger.Level.WARNING, "A relay could not be closed", failure);
        }
    }

    /**
     * Subscribes to topics that have members on this node, and ends the subscription of others.
     *
     * @param until when to stop, in nanoseconds; the rest is done in the next step, so that messages and heartbeats do not wait for many subscriptions
     */
    private void updateInterests(long until) {
        if (restored) {
            restored = false;
            failureLogged = false;
            changedMembers.addAll(failedInterests);
        }
        wakes.set(false);       // before the copy
        if (changedMembers.isEmpty()) return;
        for (String key : List.copyOf(changedMembers)) {
            if (System.nanoTime() - until >= 0) return;
            changedMembers.remove(key);         // before the members are read
            changedPresence.add(key);
            boolean wanted = topics.state(key) != null;
            if (wanted == interests.contains(key)) continue;
            try {
                relay.interest(settings.name() + ":" + key, wanted);
                failedInterests.remove(key);
                if (wanted) interests.add(key);
                else interests.remove(key);
            } catch (IOException | RuntimeException failure) {
                failedInterests.add(key);
                failed("set the interest in a channel", failure);
            }
        }
    }

    private void send(QueuedMessage queued) {
        queuedBytes.addAndGet(-queued.bytes());
        boolean done = false;
        try {
            done = relay != null && up && publish(queued.key, new RelayMessage(Kind.MESSAGE, node, queued.sequence.epoch(), queued.number, RelayMessage.body(queued.message)));
        } finally {
            queued.sequence.handled(queued.number);
            (done ? sent : unsent).increment();
        }
    }

    private boolean publish(String key, RelayMessage message) {
        String channel = settings.name() + ":" + key;
        try {
            relay.publish(channel, message.encode(channel, settings.signer()));
            return true;
        } catch (IOException | RuntimeException failure) {
            failed("publish a message", failure);
            return false;
        }
    }

    /**
     * Logs the first failure after each start of the relay, and after each restored connection: the rest has the same reason. While the relay has no
     * connection, failures are expected, and the loss of the connection is logged.
     */
    private void failed(String what, Exception failure) {
        boolean expected = !up;
        LOG.log(expected || failureLogged ? System.Logger.Level.DEBUG : System.Logger.Level.WARNING, "The relay ''{0}'' failed to {1}: {2}", settings.kind(), what, failure.toString());
        if (!expected) failureLogged = true;
    }

    private void sendHeartbeat() {
        boolean complete = heartbeats++ % COMPLETE_EVERY == 0 || newNode;
        newNode = false;
        List<Heartbeat.TopicPresence> presence = new ArrayList<>();
        if (complete) topics.states().forEach(state -> add(presence, state.key(), state));
        else changedPresence.forEach(key -> add(presence, key, topics.state(key)));
        changedPresence.clear();
        for (byte[] part : Heartbeat.encode(complete, sequences.lastNumbers(), presence)) {
            publish("nodes", new RelayMessage(Kind.HEARTBEAT, node, 1, ++parts, part));
        }
    }

    private static void add(List<Heartbeat.TopicPresence> presence, String key, TopicState state) {
        if (key.charAt(0) != TopicState.TOPIC) return;
        presence.add(state == null ? new Heartbeat.TopicPresence(key, 0, Set.of()) : new Heartbeat.TopicPresence(key, state.size(), state.users(Heartbeat.MOST_USERS)));
    }

    /** Finds what heartbeats have named and has not arrived, and nodes that are silent. */
    private void check(long now) {
        for (TopicState state : List.copyOf(unchecked)) {       // a copy, because two states in one bin of the map that are added again would be visited forever
            unchecked.remove(state);        // first, because another heartbeat may arrive
            if (state.sequences().check(now, timing.late().toNanos(), (from, count) -> missing(state, from, count))) unchecked.add(state);
        }
        if (!up) return;
        nodes.expire(now, gone -> {
            nodesLost.increment();
            LOG.log(System.Logger.Level.WARNING, "The node {0} has not responded for {1} seconds: messages of it may be missing", name(gone), timing.expiry().toSeconds());
            topics.events().put(new TopicEvent.NodeLost(name(gone)));
        }, gone -> topics.states().forEach(state -> state.sequences().forget(gone)));
    }

    private void end() {
        if (relay == null) return;
        if (up) {
            for (QueuedMessage next = queue.poll(); next != null; next = queue.poll()) if (next != QueuedMessage.NONE) send(next);
            sendHeartbeat();
            publish("nodes", new RelayMessage(Kind.END, node, 1, ++parts, new byte[0]));
        }
        closeQuietly(relay);
    }

    /** Sends what is queued, tells other nodes that this one ends, and closes the relay. Waits some seconds at most. */
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
        }
        queue.offer(QueuedMessage.NONE);
        try {
            thread.join(STOP_MILLIS);
            if (!thread.isAlive()) return;
            thread.interrupt();
            thread.join(STOP_MILLIS);
        } catch (InterruptedException interrupted) {
            thread.interrupt();
            Thread.currentThread().interrupt();
        }
    }
}
