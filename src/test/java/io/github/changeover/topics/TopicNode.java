package io.github.changeover.topics;

import io.github.changeover.management.TopicCounts.RelayState;
import io.github.changeover.relay.Relay;
import io.github.changeover.relay.TestEnvironment;
import io.github.changeover.relay.redis.RedisRelayFactory;
import io.github.changeover.spi.AdvancedConnection;
import io.github.changeover.testkit.MemoryConnection;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/**
 * A node without a container, in a process that a test can kill. It is a member of all topics, and checks that the messages of each node arrive in order and once.
 * A message is the label of its node, the number of its topic, and a number that counts up in both. Commands arrive on the standard input, one in a line.
 */
final class TopicNode {
    private final String label;
    private final int topicCount;
    private final Topics topics = new Topics();
    private final Map<String, Long> last = new ConcurrentHashMap<>();       // by label and topic
    private final AtomicLong received = new AtomicLong(), wrong = new AtomicLong(), told = new AtomicLong(), published = new AtomicLong();
    private final AtomicInteger nodesLost = new AtomicInteger();
    private final long[] numbers;

    private TopicNode(String uri, String label, int topicCount, int divisor) {
        this.label = label;
        this.topicCount = topicCount;
        numbers = new long[topicCount];
        ClassLoader loader = TopicNode.class.getClassLoader();
        Supplier<Relay> relays = () -> new RedisRelayFactory().create(new TestEnvironment(Map.of("changeover.relay.redis.uri", uri)));
        Cluster cluster = new Cluster(topics, new RelaySettings("redis", "app", RelayMessage.Signer.of(Optional.of("secret")), 64 << 20), relays, timing(divisor), loader);
        topics.listen(event -> {
            if (event instanceof TopicEvent.Gap gap) told.addAndGet(gap.count());
            if (event instanceof TopicEvent.NodeLost) nodesLost.incrementAndGet();
        });
        topics.start(loader, cluster, Runnable::run);
        AdvancedConnection connection = MemoryConnection.of(new TestMembers.Silent()).connection().advanced();
        Member member = new Member(topics, new Checked(connection));
        for (int i = 0; i < topicCount; i++) topics.join(TopicState.TOPIC + "t" + i, null, member);
        cluster.start();
    }

    private static RelayTiming timing(int divisor) {
        RelayTiming usual = RelayTiming.DEFAULT;
        return new RelayTiming(usual.heartbeat().dividedBy(divisor), usual.check().dividedBy(divisor), usual.late().dividedBy(divisor), usual.expiry().dividedBy(divisor),
                usual.active().dividedBy(divisor), usual.retired(), usual.retry());
    }

    /** Checks the messages instead of sending them. */
    private final class Checked implements TopicOutput {
        private final AdvancedConnection connection;

        Checked(AdvancedConnection connection) {
            this.connection = connection;
        }

        @Override
        public AdvancedConnection connection() {
            return connection;
        }

        @Override
        public void encode(TopicMessage message) {
        }

        @Override
        public boolean trySend(TopicMessage message) {
            String text = message.text();
            int end = text.lastIndexOf(' ');
            if (text.startsWith(label + " ")) return true;
            long number = Long.parseLong(text.substring(end + 1));
            Long before = last.put(text.substring(0, end), number);
            if (before != null && number <= before) wrong.incrementAndGet();
            received.incrementAndGet();
            return true;
        }

        @Override
        public AdvancedConnection.Deferred deferred(TopicMessage message, Runnable done) {
            throw new AssertionError("nothing waits");
        }

        @Override
        public void sendDeferred() {
        }

        @Override
        public void closeSlow(String reason) {
            throw new AssertionError(reason);
        }
    }

    private void publish(int count, int eachSecond) {
        long begun = System.nanoTime();
        for (int i = 0; i < count; i++) {
            int topic = i % topicCount;
            topics.topic("t" + topic).publish(label + " " + topic + " " + ++numbers[topic]);
            published.incrementAndGet();
            long due = begun + i * 1_000_000_000L / eachSecond;
            if (due - System.nanoTime() > 1_000_000) LockSupport.parkNanos(due - System.nanoTime());
        }
    }

    private String report() {
        var relay = topics.counts().relay();
        return "published=" + published + " received=" + received + " wrong=" + wrong + " told=" + told + " nodesLost=" + nodesLost + " nodes=" + relay.nodes()
                + " up=" + (relay.state() == RelayState.UP ? 1 : 0) + " invalid=" + relay.invalid() + " members=" + topics.topic("t0").presence().members() + " unsent=" + relay.unsent();
    }

    /** @param arguments the address of Redis, the label of the node, the number of topics, and what the default times are divided by */
    public static void main(String[] arguments) throws IOException {
        TopicNode node = new TopicNode(arguments[0], arguments[1], Integer.parseInt(arguments[2]), Integer.parseInt(arguments[3]));
        BufferedReader commands = new BufferedReader(new InputStreamReader(System.in));
        for (String command = commands.readLine(); command != null; command = commands.readLine()) {
            String[] words = command.split(" ");
            switch (words[0]) {
                case "publish" -> {
                    Thread thread = new Thread(() -> node.publish(Integer.parseInt(words[1]), Integer.parseInt(words[2])));
                    thread.setDaemon(true);
                    thread.start();
                }
                case "report" -> System.out.println("report " + node.report());
                default -> throw new IllegalArgumentException(command);
            }
        }
        System.exit(0);
    }
}
