package io.github.changeover.relay.hazelcast;

import com.hazelcast.core.HazelcastException;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.core.LifecycleEvent;
import com.hazelcast.core.LifecycleListener;
import com.hazelcast.topic.ITopic;
import com.hazelcast.topic.Message;
import com.hazelcast.topic.MessageListener;
import io.github.changeover.relay.Relay;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.StampedLock;
import java.util.stream.IntStream;

/**
 * A relay over topics of Hazelcast. A topic exists until the cluster ends, so there is not one for each channel but a fixed number. Each message contains its
 * channel. A topic is listened to while the node is interested in at least one of its channels.
 *
 * <p>Everything that waits for other members runs on one thread of the relay, and the caller waits for a limited time. {@code publish} does not wait for other
 * members: Hazelcast queues the message, except that it waits for one of 100,000 messages, at most five seconds.
 *
 * <p>If an instance ends that the relay has not ended, for example because an operator restarts the Hazelcast of Payara, the relay gets a new one.
 */
final class HazelcastRelay implements Relay {
    private static final System.Logger LOG = System.getLogger(HazelcastRelay.class.getName());

    /** Equal on all nodes. */
    private static final int TOPICS = 32;
    private static final long START_SECONDS = 30;
    private static final long CHANGE_SECONDS = 5;
    private static final long CLOSE_MILLIS = 10_000;
    private static final long REOPEN_MILLIS = 2000;

    private final HazelcastSource source;
    private final String name;
    private final List<Set<String>> channels = IntStream.range(0, TOPICS).mapToObj(topic -> (Set<String>) ConcurrentHashMap.<String>newKeySet()).toList();
    private final Object reports = new Object();
    private boolean reported;
    private final StampedLock deliveries = new StampedLock();
    private ScheduledThreadPoolExecutor executor;
    private volatile Thread thread;
    private volatile Receiver receiver;
    private volatile HazelcastInstance instance;
    private volatile Listener listener;
    private volatile boolean closed;

    // ---- used on the thread of the executor only
    private final UUID[] registrations = new UUID[TOPICS];
    private UUID lifecycleRegistration;

    HazelcastRelay(HazelcastSource source, String name) {
        this.source = source;
        this.name = name;
    }

    private int topicOf(String channel) {
        return Math.floorMod(channel.hashCode(), TOPICS);
    }

    private ITopic<byte[]> topic(HazelcastInstance of, int number) {
        return of.getTopic(name + ":" + number);
    }

    // ---- start

    @Override
    public void start(Receiver to) throws IOException {
        receiver = to;
        ClassLoader loader = Thread.currentThread().getContextClassLoader();
        executor = new ScheduledThreadPoolExecutor(1, task -> {
            thread = new Thread(task, "changeover-relay-hazelcast");
            thread.setDaemon(true);
            thread.setContextClassLoader(loader);
            return thread;
        });
        await(() -> {
            open();
            return null;
        }, START_SECONDS, "Hazelcast did not start");
    }

    private void open() throws IOException {
        if (closed) return;
        HazelcastInstance opened = source.open();
        listener = new Listener(this);
        lifecycleRegistration = opened.getLifecycleService().addLifecycleListener(listener);
        instance = opened;
        for (int number = 0; number < TOPICS; number++) adjust(number);
        LOG.log(System.Logger.Level.INFO, "The relay uses the Hazelcast instance {0}, a cluster of {1} members", opened.getName(), opened.getCluster().getMembers().size());
        report(opened.getLifecycleService().isRunning());
    }

    private void reopen() {
        try {
            open();
        } catch (IOException | RuntimeException failed) {
            LOG.log(System.Logger.Level.DEBUG, "Hazelcast is not available again yet", failed);
            schedule(this::reopen);
        }
    }

    private void schedule(Runnable task) {
        if (!closed) executor.schedule(task, REOPEN_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** Runs a task on the thread of the relay, and waits. After a timeout the task continues. */
    private void await(Callable<Void> task, long seconds, String failure) throws IOException {
        try {
            Future<Void> result = executor.submit(task);
            result.get(seconds, TimeUnit.SECONDS);
        } catch (ExecutionException failed) {
            throw new IOException(failure + ": " + failed.getCause().getMessage(), failed.getCause());
        } catch (TimeoutException | RejectedExecutionException late) {
            throw new IOException(failure + " within " + seconds + " seconds", late);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IOException("Interrupted while waiting for Hazelcast", interrupted);
        }
    }

    // ---- channels of interest

    @Override
    public void interest(String channel, boolean interested) throws IOException {
        int number = topicOf(channel);
        if (interested) channels.get(number).add(channel);
        else channels.get(number).remove(channel);
        await(() -> {
            if (instance == null) throw new IOException("Hazelcast is not running");
            adjust(number);
            return null;
        }, CHANGE_SECONDS, "The members of Hazelcast did not confirm a listener");
    }

    /** Adds or removes the listener of a topic. Waits until all members know it. */
    private void adjust(int number) {
        boolean wanted = !channels.get(number).isEmpty();
        if (wanted == (registrations[number] != null)) return;
        if (wanted) {
            registrations[number] = topic(instance, number).addMessageListener(listener);
        } else {
            UUID registration = registrations[number];
            registrations[number] = null;
            topic(instance, number).removeMessageListener(registration);
        }
    }

    private void received(byte[] bytes) {
        ChannelMessage message = ChannelMessage.decode(bytes).orElse(null);
        if (message == null || !channels.get(topicOf(message.channel())).contains(message.channel())) return;
        long stamp = deliveries.readLock();
        try {
            Receiver to = receiver;
            if (to != null) to.received(message.channel(), message.message());
        } finally {
            deliveries.unlockRead(stamp);
        }
    }

    // ---- publish

    @Override
    public void publish(String channel, byte[] message) throws IOException {
        HazelcastInstance current = instance;
        if (current == null) throw new IOException("Hazelcast is not running");
        try {
            topic(current, topicOf(channel)).publish(new ChannelMessage(channel, message).encode());
        } catch (HazelcastException | IllegalStateException failed) {
            throw new IOException("Hazelcast did not accept a message: " + failed.getMessage(), failed);
        }
    }

    // ---- the state of the instance

    /**
     * The only object of the relay that Hazelcast holds. After {@link #detach} it has no reference to the relay, even if a member that does not respond delays
     * its removal.
     */
    private static final class Listener implements MessageListener<byte[]>, LifecycleListener {
        private volatile HazelcastRelay relay;

        Listener(HazelcastRelay relay) {
            this.relay = relay;
        }

        void detach() {
            relay = null;
        }

        @Override
        public void onMessage(Message<byte[]> message) {
            HazelcastRelay to = relay;
            // A message of another type can come from another application on the same cluster.
            if (to != null && (Object) message.getMessageObject() instanceof byte[] bytes) to.received(bytes);
        }

        @Override
        public void stateChanged(LifecycleEvent event) {
            HazelcastRelay to = relay;
            if (to != null) to.stateChanged(event.getState(), this);
        }
    }

    /** Runs on a thread of Hazelcast, which must not be blocked. */
    private void stateChanged(LifecycleEvent.LifecycleState state, Listener of) {
        switch (state) {
            case MERGING, SHUTTING_DOWN -> report(false);
            case MERGED -> execute(this::listenAgain);
            case SHUTDOWN -> {
                report(false);
                execute(() -> lost(of));
            }
            default -> { }
        }
    }

    private void execute(Runnable task) {
        try {
            executor.execute(task);
        } catch (RejectedExecutionException ended) {
            // The relay is closed.
        }
    }

    /** After a merge, the members of the other cluster do not know the listeners. */
    private void listenAgain() {
        HazelcastInstance current = instance;
        if (current == null || closed) return;
        try {
            for (int number = 0; number < TOPICS; number++) {
                if (registrations[number] == null) continue;
                topic(current, number).removeMessageListener(registrations[number]);
                registrations[number] = null;
                adjust(number);
            }
            report(current.getLifecycleService().isRunning());
        } catch (RuntimeException failed) {
            LOG.log(System.Logger.Level.WARNING, "The listeners could not be restored after a merge of clusters of Hazelcast; the next attempt follows", failed);
            schedule(this::listenAgain);
        }
    }

    private void lost(Listener of) {
        if (closed || of != listener) return;
        LOG.log(System.Logger.Level.WARNING, "The Hazelcast instance has ended; the relay uses a new one as soon as possible");
        forget();
        schedule(this::reopen);
    }

    private void forget() {
        instance = null;
        listener.detach();
        Arrays.fill(registrations, null);
    }

    private void report(boolean connected) {
        synchronized (reports) {
            Receiver to = receiver;
            if (to == null || connected == reported) return;
            reported = connected;
            to.connected(connected);
        }
    }

    // ---- end

    @Override
    public void close() {
        closed = true;
        endDeliveries();
        if (executor == null) return;
        Listener current = listener;
        if (current != null) current.detach();
        execute(() -> {
            try {
                end();
            } catch (RuntimeException failed) {
                LOG.log(System.Logger.Level.DEBUG, "Hazelcast reported an error at the end", failed);
            } finally {
                executor.shutdownNow();
            }
        });
        Thread last = thread;
        if (last == null) return;
        try {
            last.join(CLOSE_MILLIS);
            if (last.isAlive()) LOG.log(System.Logger.Level.WARNING, "The members of Hazelcast have not confirmed the end yet; the thread of the relay continues to wait");
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Waits for a delivery that is in progress, so that nothing is delivered after {@code close}. */
    private void endDeliveries() {
        long stamp = 0;
        try {
            stamp = deliveries.tryWriteLock(1, TimeUnit.SECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        receiver = null;
        if (stamp != 0) deliveries.unlockWrite(stamp);
    }

    private void end() {
        HazelcastInstance current = instance;
        if (current == null) return;
        try {
            current.getLifecycleService().removeLifecycleListener(lifecycleRegistration);
            for (int number = 0; number < TOPICS; number++) {
                if (registrations[number] != null) topic(current, number).removeMessageListener(registrations[number]);
            }
        } finally {
            forget();
            source.release(current);
        }
    }
}
