package io.github.changeover.relay;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What every relay does. The tests share three nodes, because some take seconds to start, and each test uses different channels. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class RelayContract {
    private record Node(Relay relay, RecordingReceiver receiver) { }

    private final List<Node> nodes = new ArrayList<>();
    private final String prefix = "app:" + UUID.randomUUID() + ":";

    /**
     * Makes a relay that is not started.
     * @param node from 0 to 3
     */
    protected abstract Relay relay(int node) throws Exception;

    private Node node(int number) throws Exception {
        while (nodes.size() <= number) {
            Relay relay = relay(nodes.size());
            RecordingReceiver receiver = new RecordingReceiver();
            nodes.add(new Node(relay, receiver));
            relay.start(receiver);
        }
        return nodes.get(number);
    }

    @AfterAll
    void closeNodes() {
        nodes.forEach(node -> node.relay().close());
    }

    private String channel(String name) {
        return prefix + name;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    @Test
    void startReportsTheConnection() throws Exception {
        assertThat(node(0).receiver().awaitConnections(true).connections()).containsExactly(true);
    }

    @Test
    void messagesReachOnlyInterestedNodes() throws Exception {
        Node one = node(0), two = node(1), three = node(2);
        two.relay().interest(channel("two"), true);
        three.relay().interest(channel("three"), true);
        two.relay().interest(channel("end"), true);
        three.relay().interest(channel("end"), true);
        one.relay().publish(channel("two"), bytes("a"));
        one.relay().publish(channel("three"), bytes("b"));
        one.relay().publish(channel("none"), bytes("c"));
        assertThat(two.receiver().awaitMessages(channel("two"), 1).texts(channel("two"))).containsExactly("a");
        assertThat(three.receiver().awaitMessages(channel("three"), 1).texts(channel("three"))).containsExactly("b");
        one.relay().publish(channel("end"), bytes("d"));
        two.receiver().awaitMessages(channel("end"), 1);
        three.receiver().awaitMessages(channel("end"), 1);
        assertThat(two.receiver().bytes(channel("three"))).isEmpty();
        assertThat(three.receiver().bytes(channel("two"))).isEmpty();
        for (Node node : nodes) assertThat(node.receiver().bytes(channel("none"))).isEmpty();
    }

    @Test
    void orderOfAChannelIsKept() throws Exception {
        int count = 10_000;
        node(1).relay().interest(channel("order"), true);
        for (int number = 0; number < count; number++) node(0).relay().publish(channel("order"), bytes("" + number));
        assertThat(node(1).receiver().awaitMessages(channel("order"), count).texts(channel("order")))
                .isEqualTo(IntStream.range(0, count).mapToObj(Integer::toString).toList());
    }

    @Test
    void messagesOfTwoNodesArrive() throws Exception {
        node(2).relay().interest(channel("both"), true);
        for (int number = 0; number < 100; number++) {
            node(0).relay().publish(channel("both"), bytes("a" + number));
            node(1).relay().publish(channel("both"), bytes("b" + number));
        }
        List<String> texts = node(2).receiver().awaitMessages(channel("both"), 200).texts(channel("both"));
        for (String from : List.of("a", "b")) {
            assertThat(texts.stream().filter(text -> text.startsWith(from))).containsExactlyElementsOf(IntStream.range(0, 100).mapToObj(number -> from + number).toList());
        }
    }

    @Test
    void nothingIsDeliveredAfterTheInterestHasEnded() throws Exception {
        Relay two = node(1).relay();
        two.interest(channel("off"), true);
        two.interest(channel("off"), true);
        two.interest(channel("on"), true);
        node(0).relay().publish(channel("off"), bytes("a"));
        node(1).receiver().awaitMessages(channel("off"), 1);
        two.interest(channel("off"), false);
        two.interest(channel("off"), false);
        node(0).relay().publish(channel("off"), bytes("b"));
        node(0).relay().publish(channel("on"), bytes("c"));
        node(1).receiver().awaitMessages(channel("on"), 1);
        two.interest(channel("off"), true);
        node(0).relay().publish(channel("off"), bytes("d"));
        assertThat(node(1).receiver().awaitMessages(channel("off"), 2).texts(channel("off"))).containsExactly("a", "d");
    }

    @Test
    void messagesAreBytes() throws Exception {
        byte[] all = new byte[256], large = new byte[1 << 20];
        for (int value = 0; value < 256; value++) all[value] = (byte) value;
        for (int index = 0; index < large.length; index++) large[index] = (byte) (index * 31);
        String name = channel("bytes \r\n\0é€😀");
        String longest = (name + "x".repeat(300)).substring(0, 300);
        for (String channel : List.of(name, longest)) {
            node(1).relay().interest(channel, true);
            for (byte[] message : List.of(all, new byte[0], large)) node(0).relay().publish(channel, message);
            assertThat(node(1).receiver().awaitMessages(channel, 3).bytes(channel)).containsExactly(all, new byte[0], large);
        }
    }

    @Test
    void manyChannels() throws Exception {
        for (int number = 0; number < 200; number++) node(1).relay().interest(channel("many" + number), true);
        for (int number = 0; number < 200; number++) node(0).relay().publish(channel("many" + number), bytes("" + number));
        for (int number = 0; number < 200; number++) {
            assertThat(node(1).receiver().awaitMessages(channel("many" + number), 1).texts(channel("many" + number))).containsExactly("" + number);
        }
    }

    @Test
    void closeEndsDeliveryAndThreads() throws Exception {
        Node one = node(0);
        node(2);
        Set<Thread> before = Thread.getAllStackTraces().keySet();
        RecordingReceiver receiver = new RecordingReceiver();
        Relay closing = relay(3);
        closing.start(receiver);
        closing.interest(channel("close"), true);
        one.relay().publish(channel("close"), bytes("a"));
        receiver.awaitMessages(channel("close"), 1);
        long begin = System.nanoTime();
        closing.close();
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(5));
        one.relay().interest(channel("close"), true);
        one.relay().publish(channel("close"), bytes("b"));
        one.receiver().awaitMessages(channel("close"), 1);
        assertThat(receiver.texts(channel("close"))).containsExactly("a");
        assertThat(receiver.connections()).containsExactly(true);
        RecordingReceiver.await(Duration.ofSeconds(10), () -> started(before).isEmpty(), () -> started(before).toString());
        assertThatThrownBy(() -> closing.publish(channel("close"), bytes("c"))).isInstanceOf(IOException.class);
        assertThatCode(closing::close).doesNotThrowAnyException();
    }

    /** The names of the threads that were started since then, without those of the JDK and of the other nodes, whose pools may grow. */
    private Set<String> started(Set<Thread> before) {
        return Thread.getAllStackTraces().keySet().stream().filter(thread -> !before.contains(thread) && thread.isAlive()).map(Thread::getName)
                .filter(name -> !name.startsWith("process reaper") && !name.startsWith("ForkJoinPool.commonPool") && !belongsToOther(name)).collect(Collectors.toSet());
    }

    /** Whether a thread with this name belongs to another node than the one that was made last. */
    protected boolean belongsToOther(String thread) {
        return false;
    }

    @Test
    void closeWithoutStart() throws Exception {
        assertThatCode(() -> relay(3).close()).doesNotThrowAnyException();
    }
}
