package io.github.changeover.testkit;

import io.github.changeover.relay.Relay;
import io.github.changeover.relay.RelayFactory;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A relay in memory, for tests of several nodes in one JVM. All relays of one {@link Bus} are nodes of the same application. The test controls which messages
 * are lost, and when a node has no connection.
 * <pre>{@code
 * InMemoryRelay.Bus bus = new InMemoryRelay.Bus();
 * InMemoryRelay one = bus.relay(), two = bus.relay();
 * bus.drop("app:news", 1);
 * }</pre>
 * Threading: thread-safe. A message is delivered inside the call that publishes it, so there are no threads. If another thread delivers to the same node at that
 * time, that thread delivers it.
 */
public final class InMemoryRelay implements Relay {
    private final Bus bus;
    private final Queue<Runnable> events = new ConcurrentLinkedQueue<>();
    private final AtomicInteger pending = new AtomicInteger();
    private volatile Receiver receiver;

    // ---- guarded by bus
    private final Set<String> interested = new HashSet<>();
    private boolean started;
    private boolean connected = true;
    private boolean closed;

    private InMemoryRelay(Bus bus) {
        this.bus = bus;
    }

    @Override
    public void start(Receiver to) throws IOException {
        synchronized (bus) {
            if (closed || !connected) throw new IOException("There is no connection to the bus");
            receiver = to;
            started = true;
            events.add(() -> report(true));
        }
        deliver();
    }

    @Override
    public void interest(String channel, boolean interest) throws IOException {
        synchronized (bus) {
            checkConnected();
            if (interest) interested.add(channel);
            else interested.remove(channel);
        }
    }

    @Override
    public void publish(String channel, byte[] message) throws IOException {
        synchronized (bus) {
            checkConnected();
        }
        bus.published(channel, message);
    }

    private void checkConnected() throws IOException {
        if (!started || closed || !connected) throw new IOException("There is no connection to the bus");
    }

    @Override
    public void close() {
        receiver = null;
        synchronized (bus) {
            closed = true;
            bus.relays.remove(this);
        }
    }

    /** Takes the connection of this node away. Its calls fail, and it gets no messages. The channels of interest are kept. Returns this relay. */
    public InMemoryRelay disconnect() {
        return connect(false);
    }

    /** Restores the connection. Messages that were published before are lost. Returns this relay. */
    public InMemoryRelay reconnect() {
        return connect(true);
    }

    private InMemoryRelay connect(boolean now) {
        synchronized (bus) {
            boolean changed = connected != now;
            connected = now;
            if (changed && started && !closed) events.add(() -> report(now));
        }
        deliver();
        return this;
    }

    private void report(boolean now) {
        Receiver to = receiver;
        if (to != null) to.connected(now);
    }

    /** Called with the lock of the bus held. */
    private void queue(String channel, byte[] message) {
        if (!started || !connected || !interested.contains(channel)) return;
        byte[] copy = message.clone();
        events.add(() -> {
            Receiver to = receiver;
            if (to != null) to.received(channel, copy);
        });
    }

    /** Calls the receiver on one thread at a time, without a lock. */
    private void deliver() {
        if (pending.getAndIncrement() != 0) return;
        int seen = 1;
        do {
            for (Runnable next = events.poll(); next != null; next = events.poll()) next.run();
            seen = pending.addAndGet(-seen);
        } while (seen != 0);
    }

    /** The message system that several relays share. Thread-safe. */
    public static final class Bus {
        private final List<InMemoryRelay> relays = new CopyOnWriteArrayList<>();
        private final Map<String, Integer> drops = new HashMap<>();
        private final List<Held> held = new ArrayList<>();
        private boolean holding;
        private boolean stopped;

        private record Held(String channel, byte[] message) { }

        /** Creates a bus without relays. */
        public Bus() {
        }

        /** Makes a relay of a new node. It is not started. */
        public synchronized InMemoryRelay relay() {
            InMemoryRelay relay = new InMemoryRelay(this);
            relay.connected = !stopped;
            relays.add(relay);
            return relay;
        }

        /** Returns the relays that are not closed, in the order in which they were made. */
        public List<InMemoryRelay> relays() {
            return List.copyOf(relays);
        }

        /** Returns a factory with this name, whose relays are on this bus. */
        public RelayFactory factory(String name) {
            return new RelayFactory() {
                @Override
                public String name() {
                    return name;
                }

                @Override
                public Relay create(Environment environment) {
                    return relay();
                }
            };
        }

        /** Discards the next messages that are published on a channel. Returns this bus. */
        public synchronized Bus drop(String channel, int messages) {
            drops.merge(channel, messages, Integer::sum);
            return this;
        }

        /** Delays all messages that are published from now on, until {@link #release} is called. Returns this bus. */
        public synchronized Bus hold() {
            holding = true;
            return this;
        }

        /** Delivers the delayed messages. Later messages are not delayed. Returns this bus. */
        public Bus release() {
            synchronized (this) {
                holding = false;
                for (Held message : held) queue(message.channel(), message.message());
                held.clear();
            }
            return deliver();
        }

        /** Takes the connection of every node away. A relay that is not started yet cannot start. Returns this bus. */
        public Bus stop() {
            synchronized (this) {
                stopped = true;
            }
            relays.forEach(InMemoryRelay::disconnect);
            return this;
        }

        /** Restores the connection of every node. Returns this bus. */
        public Bus restart() {
            synchronized (this) {
                stopped = false;
            }
            relays.forEach(InMemoryRelay::reconnect);
            return this;
        }

        /** Delivers these bytes as a message, for example bytes that no node has published. {@link #drop} and {@link #hold} do not apply. Returns this bus. */
        public Bus inject(String channel, byte... message) {
            synchronized (this) {
                queue(channel, message);
            }
            return deliver();
        }

        private void published(String channel, byte[] message) {
            synchronized (this) {
                Integer drop = drops.computeIfPresent(channel, (name, left) -> left == 0 ? null : left - 1);
                if (drop != null) return;
                if (holding) held.add(new Held(channel, message.clone()));
                else queue(channel, message);
            }
            deliver();
        }

        private void queue(String channel, byte[] message) {
            for (InMemoryRelay relay : relays) relay.queue(channel, message);
        }

        private Bus deliver() {
            relays.forEach(InMemoryRelay::deliver);
            return this;
        }
    }
}
