package io.github.changeover.topics;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.management.TopicCounts;
import io.github.changeover.management.TopicCounts.RelayState;
import io.github.changeover.management.TopicView;
import io.github.changeover.relay.Relay;
import io.github.changeover.spi.UpgradeRequest;
import io.github.changeover.testkit.InMemoryRelay;
import io.github.changeover.testkit.MemoryConnection;
import io.github.changeover.topics.RelayMessage.Kind;
import io.github.changeover.topics.RelayMessage.Signer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Topics on several nodes: order, losses that must be told and losses that must not, nodes that end, and a relay that fails. */
class ClusterTest {
    private static final String NAME = "app";
    /** Short, and in the same proportions as the default. */
    private static final RelayTiming TIMING = new RelayTiming(Duration.ofMillis(150), Duration.ofMillis(50), Duration.ofMillis(150), Duration.ofMillis(900), Duration.ofMillis(750),
            Duration.ofSeconds(30), Duration.ofMillis(100));
    private final InMemoryRelay.Bus bus = new InMemoryRelay.Bus();
    private final List<Node> nodes = new ArrayList<>();

    @AfterEach
    void end() {
        nodes.forEach(Node::close);
    }

    private final class Node {
        private final Topics topics = new Topics();
        private final ClassLoader loader = new ClassLoader() { };
        private final List<TopicEvent> events = new CopyOnWriteArrayList<>();
        private final List<MemoryConnection> connections = new ArrayList<>();
        private final Cluster cluster;

        Node(Supplier<Relay> relays, RelaySettings settings, RelayTiming timing) {
            cluster = new Cluster(topics, settings, relays, timing, loader);
            topics.listen(events::add);
            topics.start(loader, cluster, Runnable::run);
            cluster.start();
            nodes.add(this);
        }

        MemoryConnection join(String topic, String user) {
            MemoryConnection connection = MemoryConnection.of(new TestMembers.Silent(), UpgradeRequest.builder().path("/memory").principal(user == null ? null : () -> user).build());
            connections.add(connection);
            topics.member(connection.connection(), TestMembers.LINES).join(topic);
            return connection;
        }

        MemoryConnection join(String topic) {
            return join(topic, null);
        }

        TopicCounts.Relay counts() {
            return topics.counts().relay();
        }

        boolean isUp() {
            return counts().state() == RelayState.UP;
        }

        long told() {
            return events.stream().mapToLong(event -> event instanceof TopicEvent.Gap gap ? gap.count() : 0).sum();
        }

        void close() {
            topics.stop(loader);
            cluster.close();
            connections.forEach(MemoryConnection::close);
        }
    }

    private static RelaySettings settings(String secret, int queueMax) {
        return new RelaySettings("memory", NAME, Signer.of(Optional.ofNullable(secret)), queueMax);
    }

    private Node node() {
        return node(null);
    }

    private Node node(String secret) {
        Node node = new Node(bus::relay, settings(secret, 1 << 20), TIMING);
        await(node::isUp);
        return node;
    }

    private static void await(BooleanSupplier condition) {
        for (long until = System.nanoTime() + 10_000_000_000L; !condition.getAsBoolean(); LockSupport.parkNanos(500_000)) {
            if (System.nanoTime() - until > 0) throw new AssertionError("It has not become so within 10 s");
        }
    }

    /** Waits until the nodes know of each other's members, so that their interest is set as well. */
    private static void awaitMembers(String topic, int members, Node... of) {
        for (Node node : of) await(() -> node.topics.topic(topic).presence().members() == members);
    }

    private static void awaitText(MemoryConnection connection, String text) {
        await(() -> connection.text().equals(text));
    }

    @Test
    void messagesReachTheMembersOfAllNodesInOrderAndOnce() {
        Node one = node(), two = node(), three = node();
        MemoryConnection first = one.join("news"), second = two.join("news"), other = three.join("sports");
        awaitMembers("news", 2, one, two, three);
        StringBuilder expected = new StringBuilder();
        for (int i = 0; i < 500; i++) {
            one.topics.topic("news").publish("1 " + i);
            expected.append("1 ").append(i).append('\n');
        }
        awaitText(second, expected.toString());
        assertThat(first.text()).as("its own node delivers once").isEqualTo(expected.toString());
        two.topics.topic("news").publish("2");
        awaitText(first, expected + "2\n");
        assertThat(other.text()).isEmpty();
        assertThat(three.counts().received()).as("no interest").isZero();
        assertThat(nodes).allSatisfy(node -> assertThat(node.told()).isZero());
    }

    @Test
    void nodeWithoutMembersPublishes() {
        Node one = node(), two = node();
        MemoryConnection member = two.join("news");
        awaitMembers("news", 1, one);
        one.topics.topic("news").publish(TopicMessage.bytes(ByteBuffer.wrap("bytes".getBytes(StandardCharsets.UTF_8))));
        awaitText(member, "bytes\n");
    }

    @Test
    void usersAreReachedOnAllNodes() {
        Node one = node(), two = node();
        MemoryConnection here = one.join("a", "ann"), there = two.join("a", "ann"), other = two.join("a", "bob");
        awaitMembers("a", 3, one, two);
        assertThat(one.topics.largest(5)).containsExactly(new TopicView("a", 1, 3, 0));
        two.topics.user("ann").publish("hello");
        awaitText(here, "hello\n");
        awaitText(there, "hello\n");
        assertThat(other.text()).isEmpty();
        assertThat(one.topics.topic("a").presence()).isEqualTo(new Presence(3, Set.of("ann", "bob")));
    }

    @Test
    void presenceFollowsJoinsAndLeaves() {
        Node one = node(), two = node();
        one.join("a", "ann");
        MemoryConnection leaving = two.join("a", "bob");
        awaitMembers("a", 2, one, two);
        leaving.reset();
        await(() -> one.topics.topic("a").presence().equals(new Presence(1, Set.of("ann"))));
        Node late = node();
        awaitMembers("a", 1, late);
    }

    @Test
    void lossBeforeAnotherMessageIsToldAtOnce() {
        Node one = node(), two = node();
        MemoryConnection member = two.join("news");
        awaitMembers("news", 1, one);
        one.topics.topic("news").publish("1");
        awaitText(member, "1\n");
        bus.drop("app:tnews", 3);
        for (int i = 2; i <= 5; i++) one.topics.topic("news").publish(Integer.toString(i));
        awaitText(member, "1\n5\n");
        assertThat(two.told()).isEqualTo(3);
        assertThat(two.counts().lost()).isEqualTo(3);
    }

    @Test
    void lostTailIsToldByAHeartbeat() {
        Node one = node(), two = node();
        MemoryConnection member = two.join("news");
        awaitMembers("news", 1, one);
        one.topics.topic("news").publish("1");
        awaitText(member, "1\n");
        bus.drop("app:tnews", 2);
        one.topics.topic("news").publish("2");
        one.topics.topic("news").publish("3");
        await(() -> two.told() == 2);
        one.topics.topic("news").publish("4");
        awaitText(member, "1\n4\n");
        assertThat(two.told()).isEqualTo(2);
    }

    /** The check of one topic must not delay that of the others, also if many of them miss messages at the same time. */
    @Test
    void lostTailsOfManyTopicsAreTold() {
        Node one = node(), two = node();
        int topics = 300;
        List<MemoryConnection> members = new ArrayList<>();
        for (int t = 0; t < topics; t++) members.add(two.join("t" + t));
        for (int t = 0; t < topics; t++) awaitMembers("t" + t, 1, one);
        for (int t = 0; t < topics; t++) one.topics.topic("t" + t).publish("1");
        for (MemoryConnection member : members) awaitText(member, "1\n");
        for (int t = 0; t < topics; t++) {
            bus.drop("app:tt" + t, 1);
            one.topics.topic("t" + t).publish("2");
        }
        await(() -> two.told() == topics);
        one.topics.topic("t0").publish("3");
        awaitText(members.get(0), "1\n3\n");
        assertThat(two.told()).isEqualTo(topics);
    }

    @Test
    void everyLossIsToldAndNothingElse() {
        Node one = node(), two = node();
        Random random = new Random(17);
        int topics = 10;
        List<MemoryConnection> members = new ArrayList<>();
        for (int t = 0; t < topics; t++) {
            members.add(two.join("t" + t));
            awaitMembers("t" + t, 1, one);
            one.topics.topic("t" + t).publish("0");
            awaitText(members.get(t), "0\n");
        }
        Map<Integer, StringBuilder> expected = new HashMap<>();
        int lost = 0;
        for (int i = 1; i <= 5000; i++) {
            int t = random.nextInt(topics);
            if (random.nextInt(50) == 0) {
                int before = i;
                await(() -> one.counts().sent() >= before + topics - 1);       // the next message is the one that is lost
                bus.drop("app:tt" + t, 1);
                lost++;
            } else {
                expected.computeIfAbsent(t, same -> new StringBuilder("0\n")).append(i).append('\n');
            }
            one.topics.topic("t" + t).publish(Integer.toString(i));
        }
        for (int t = 0; t < topics; t++) awaitText(members.get(t), expected.get(t).toString());
        int all = lost;
        await(() -> two.told() == all);
        LockSupport.parkNanos(TIMING.heartbeat().plus(TIMING.late()).multipliedBy(2).toNanos());      // nothing more may be told
        assertThat(two.told()).isEqualTo(all);
    }

    @Test
    void lostConnectionDegradesToTheNodeAndComesBack() {
        Node one = node(), two = node();
        MemoryConnection here = one.join("news"), there = two.join("news");
        awaitMembers("news", 2, one, two);
        one.topics.topic("news").publish("1");
        awaitText(there, "1\n");
        bus.relays().get(0).disconnect();
        await(() -> !one.isUp());
        one.topics.topic("news").publish("2");
        assertThat(here.text()).isEqualTo("1\n2\n");
        await(() -> one.counts().unsent() == 1);
        bus.relays().get(0).reconnect();
        one.topics.topic("news").publish("3");
        awaitText(there, "1\n3\n");
        assertThat(two.told()).isEqualTo(1);
        assertThat(one.events).contains(new TopicEvent.RelayChanged(false)).endsWith(new TopicEvent.RelayChanged(true));
        two.topics.topic("news").publish("4");
        awaitText(here, "1\n2\n3\n4\n");
        assertThat(one.told()).isZero();
    }

    @Test
    void messagesThatANodeMissesWithoutConnectionAreTold() {
        Node one = node(), two = node();
        MemoryConnection there = two.join("news");
        awaitMembers("news", 1, one);
        one.topics.topic("news").publish("1");
        awaitText(there, "1\n");
        bus.relays().get(1).disconnect();
        one.topics.topic("news").publish("2");
        await(() -> one.counts().sent() == 2);
        bus.relays().get(1).reconnect();
        await(() -> two.told() == 1);
        assertThat(two.events).noneMatch(TopicEvent.NodeLost.class::isInstance);
    }

    @Test
    void nodeThatVanishesIsToldOnceAndItsMembersAreGone() {
        Node one = node(), two = node();
        one.join("a");
        two.join("a");
        awaitMembers("a", 2, one);
        bus.relays().get(1).disconnect();
        await(() -> one.events.stream().anyMatch(TopicEvent.NodeLost.class::isInstance));
        assertThat(one.topics.topic("a").presence().members()).isEqualTo(1);
        bus.relays().get(0).disconnect();
        bus.restart();
        awaitMembers("a", 2, one, two);
        assertThat(one.events.stream().filter(TopicEvent.NodeLost.class::isInstance)).hasSize(1);
        assertThat(one.counts().nodesLost()).isEqualTo(1);
    }

    @Test
    void nodeThatEndsIsNotLost() {
        Node one = node(), two = node();
        one.join("a");
        MemoryConnection last = one.join("news");
        two.join("a");
        awaitMembers("a", 2, one, two);
        awaitMembers("news", 1, two);
        two.topics.topic("news").publish("last words");
        two.close();
        assertThat(last.text()).as("what is queued is sent").isEqualTo("last words\n");
        assertThat(one.topics.topic("a").presence().members()).isEqualTo(1);
        assertThat(one.counts().nodes()).isZero();
        LockSupport.parkNanos(TIMING.expiry().plus(TIMING.check()).toNanos());
        assertThat(one.events).noneMatch(TopicEvent.NodeLost.class::isInstance);
    }

    @Test
    void numbersOfAnUnusedTopicBeginAgainWithoutALoss() {
        RelayTiming timing = new RelayTiming(TIMING.heartbeat(), TIMING.check(), TIMING.late(), TIMING.expiry(), Duration.ofMillis(200), Duration.ofMillis(400), TIMING.retry());
        Node one = new Node(bus::relay, settings(null, 1 << 20), timing), two = node();
        MemoryConnection there = two.join("news");
        awaitMembers("news", 1, one);
        one.topics.topic("news").publish("1");
        one.topics.topic("news").publish("2");
        awaitText(there, "1\n2\n");
        LockSupport.parkNanos(Duration.ofMillis(800).toNanos());        // until the numbers are retired
        one.topics.topic("news").publish("3");
        one.topics.topic("news").publish("4");
        awaitText(there, "1\n2\n3\n4\n");
        assertThat(two.told()).isZero();
    }

    // ---- a relay that is hostile or fails

    @Test
    void garbageIsDroppedAndCounted() {
        Node one = node(), two = node();
        MemoryConnection there = two.join("news");
        awaitMembers("news", 1, one);
        Random random = new Random(3);
        for (int i = 0; i < 200; i++) {
            byte[] bytes = new byte[random.nextInt(200)];
            random.nextBytes(bytes);
            bus.inject("app:tnews", bytes).inject("app:nodes", bytes);
        }
        byte[] tooLong = new RelayMessage(Kind.MESSAGE, 1, 1, 1, RelayMessage.body(TopicMessage.bytes(ByteBuffer.allocate((1 << 20) + 1)))).encode("app:tnews", Signer.NONE);
        bus.inject("app:tnews", tooLong);
        one.topics.topic("news").publish("fine");
        awaitText(there, "fine\n");
        assertThat(two.counts().invalid()).isEqualTo(401);
        assertThat(two.told()).isZero();
    }

    @Test
    void messagesWithoutTheSecretAreDropped() {
        Node one = node("secret"), two = node("secret"), stranger = node("guess");
        MemoryConnection there = two.join("news");
        awaitMembers("news", 1, one);
        stranger.topics.topic("news").publish("forged");
        one.topics.topic("news").publish("genuine");
        awaitText(there, "genuine\n");
        await(() -> two.counts().invalid() > 0);
        assertThat(there.text()).isEqualTo("genuine\n");
        assertThat(stranger.topics.topic("news").presence().members()).isZero();
        assertThat(two.counts().nodes()).isEqualTo(1);
    }

    @Test
    void floodOfNodesIsBounded() {
        Node one = node();
        one.join("news");
        byte[] body = Heartbeat.encode(true, List.of(new Heartbeat.LastNumber("tnews", 1, 1)), List.of(new Heartbeat.TopicPresence("tnews", 1, Set.of()))).get(0);
        for (long id = 0; id < 3000; id++) bus.inject("app:nodes", new RelayMessage(Kind.HEARTBEAT, id, 1, 1, body).encode("app:nodes", Signer.NONE));
        assertThat(one.counts().nodes()).isEqualTo(1000);
        assertThat(one.topics.topic("news").presence().members()).isLessThanOrEqualTo(1001);
    }

    /** A relay of the bus, of which a test overrides methods. */
    private static class ForwardingRelay implements Relay {
        private final InMemoryRelay to;

        ForwardingRelay(InMemoryRelay to) {
            this.to = to;
        }

        @Override
        public void start(Receiver receiver) throws IOException {
            to.start(receiver);
        }

        @Override
        public void interest(String channel, boolean interested) throws IOException {
            to.interest(channel, interested);
        }

        @Override
        public void publish(String channel, byte[] message) throws IOException {
            to.publish(channel, message);
        }

        @Override
        public void close() {
            to.close();
        }
    }

    /** A relay whose publish blocks until the test lets it go on. */
    private static final class BlockingRelay extends ForwardingRelay {
        private final CountDownLatch go = new CountDownLatch(1);

        BlockingRelay(InMemoryRelay to) {
            super(to);
        }

        @Override
        public void publish(String channel, byte[] message) throws IOException {
            try {
                if (!channel.endsWith(":nodes")) go.await();
            } catch (InterruptedException interrupted) {
                throw new IOException(interrupted);
            }
            super.publish(channel, message);
        }
    }

    @Test
    void publisherNeverWaitsForTheRelayAndItsOverflowIsTold() {
        BlockingRelay blocking = new BlockingRelay(bus.relay());
        Node one = new Node(() -> blocking, settings(null, 10_000), TIMING), two = node();
        await(one::isUp);
        MemoryConnection there = two.join("news"), here = one.join("news");
        awaitMembers("news", 2, one);
        String word = "x".repeat(100);
        for (int i = 0; i < 1000; i++) one.topics.topic("news").publish(word);
        assertThat(here.text()).hasSize(1000 * 101);
        long unsent = one.counts().unsent();
        assertThat(unsent).isBetween(900L, 970L);
        blocking.go.countDown();
        await(() -> two.told() == unsent);
        assertThat(there.text()).hasSize((int) (1000 - unsent) * 101);
    }

    @Test
    void manyJoinsDelayNeitherMessagesNorHeartbeats() {
        AtomicInteger interests = new AtomicInteger();
        Relay slow = new ForwardingRelay(bus.relay()) {
            @Override
            public void interest(String channel, boolean interested) throws IOException {
                LockSupport.parkNanos(3_000_000);
                super.interest(channel, interested);
                interests.incrementAndGet();
            }
        };
        Node one = new Node(() -> slow, settings(null, 1 << 20), TIMING), two = node();
        MemoryConnection there = two.join("news");
        MemoryConnection here = one.join("news");
        awaitMembers("news", 2, one, two);
        one.topics.limit(new TopicLimits(10_000, 10_000, 1000, 1 << 20));
        for (int t = 0; t < 1000; t++) one.topics.member(here.connection(), TestMembers.LINES).join("t" + t);
        one.topics.topic("news").publish("1");
        awaitText(there, "1\n");
        assertThat(interests.get()).as("the message has not waited for all of them").isLessThan(900);
        await(() -> interests.get() >= 1002);
        assertThat(two.events).noneMatch(TopicEvent.NodeLost.class::isInstance);
    }

    @Test
    void relayThatCannotStartIsTriedAgain() {
        AtomicInteger attempts = new AtomicInteger();
        bus.stop();
        Node one = new Node(() -> {
            attempts.incrementAndGet();
            return bus.relay();
        }, settings(null, 1 << 20), TIMING);
        MemoryConnection here = one.join("news");
        await(() -> attempts.get() > 2);
        one.topics.topic("news").publish("1");
        assertThat(here.text()).isEqualTo("1\n");
        assertThat(one.counts().state()).isEqualTo(RelayState.DOWN);
        bus.restart();
        await(one::isUp);
        Node two = node();
        two.topics.topic("news").publish("2");
        awaitText(here, "1\n2\n");
    }

    @Test
    void relayThatThrowsAnythingIsStartedAgain() {
        AtomicInteger made = new AtomicInteger();
        Node one = new Node(() -> {
            boolean first = made.incrementAndGet() == 1;
            return new ForwardingRelay(bus.relay()) {
                @Override
                public void publish(String channel, byte[] message) throws IOException {
                    if (first) throw new NoClassDefFoundError("a class that is missing");
                    super.publish(channel, message);
                }
            };
        }, settings(null, 1 << 20), TIMING);
        await(() -> made.get() == 2 && one.isUp());
        Node two = node();
        MemoryConnection there = two.join("news");
        awaitMembers("news", 1, one);
        one.topics.topic("news").publish("1");
        awaitText(there, "1\n");
    }

    /** A relay that fails while it has a connection, if the test wants it. */
    private static final class FailingRelay extends ForwardingRelay {
        private final AtomicInteger interests = new AtomicInteger();
        private volatile boolean fails;

        FailingRelay(InMemoryRelay to) {
            super(to);
        }

        @Override
        public void interest(String channel, boolean interested) throws IOException {
            interests.incrementAndGet();
            super.interest(channel, interested);
        }

        @Override
        public void publish(String channel, byte[] message) throws IOException {
            if (fails) throw new IOException("no space");
            super.publish(channel, message);
        }
    }

    @Test
    void failureIsLoggedOncePerConnectionAndNotWithoutOne() {
        List<String> failures = new CopyOnWriteArrayList<>();
        Handler handler = new Handler() {
            @Override
            public void publish(LogRecord record) {
                String message = new SimpleFormatter().formatMessage(record);
                // A heartbeat may fail just before the relay reports that it has no connection.
                if (record.getLevel() == Level.WARNING && (message.contains("failed to set the interest") || message.contains("no space"))) failures.add(message);
            }

            @Override
            public void flush() {
                // nothing is kept
            }

            @Override
            public void close() {
                // nothing is open
            }
        };
        Logger logger = Logger.getLogger("io.github.changeover.topics");
        logger.addHandler(handler);
        try {
            FailingRelay relay = new FailingRelay(bus.relay());
            Node one = new Node(() -> relay, settings(null, 1 << 20), TIMING);
            await(one::isUp);
            one.join("first");
            await(() -> relay.interests.get() == 2);
            for (int round = 1; round <= 2; round++) {
                relay.fails = false;
                bus.relays().get(0).disconnect();
                await(() -> !one.isUp());
                int before = relay.interests.get();
                one.join("news" + round);
                await(() -> relay.interests.get() > before);
                bus.relays().get(0).reconnect();
                await(() -> one.isUp() && relay.interests.get() > before + 1);
                assertThat(failures).hasSize(round - 1);
                relay.fails = true;
                int expected = round;
                await(() -> failures.size() == expected);
                long unsent = one.counts().unsent();
                one.topics.topic("first").publish("1");
                await(() -> one.counts().unsent() > unsent);
            }
            assertThat(failures).hasSize(2).allSatisfy(message -> assertThat(message).isEqualTo("The relay 'memory' failed to publish a message: java.io.IOException: no space"));
        } finally {
            logger.removeHandler(handler);
        }
    }
}
