package io.github.changeover.topics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.changeover.spi.ConnectionHandler;
import io.github.changeover.spi.SwitchedConnection;
import io.github.changeover.spi.UpgradeRequest;
import io.github.changeover.testkit.MemoryConnection;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Topics while several threads use them, with handlers that block, and with code of the application that fails. */
class TopicsUnderLoadTest {
    private final Topics topics = new Topics();
    private final List<MemoryConnection> connections = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();

    TopicsUnderLoadTest() {
        topics.start(getClass().getClassLoader(), null, Runnable::run);
    }

    @AfterEach
    void end() throws InterruptedException {
        for (Thread thread : threads) thread.join(5000);
        connections.forEach(MemoryConnection::close);
        topics.stop(getClass().getClassLoader());
    }

    private MemoryConnection keep(MemoryConnection connection) {
        connections.add(connection);
        return connection;
    }

    /** Takes everything that arrives, and counts calls of {@code writable}. */
    private static final class Handler implements ConnectionHandler.Events {
        private int writable;

        @Override
        public void received(SwitchedConnection connection, ByteBuffer bytes) {
            bytes.position(bytes.limit());
        }

        @Override
        public void writable(SwitchedConnection connection) {
            writable++;
        }
    }

    private MemoryConnection connect() {
        return keep(MemoryConnection.of(new Handler()));
    }

    private MemoryConnection connectSlow() {
        return keep(MemoryConnection.slow(new Handler(), 1 << 20));
    }

    private Member member(MemoryConnection connection) {
        return topics.member(connection.connection(), TestMembers.LINES);
    }

    private Thread start(Runnable task) {
        Thread thread = new Thread(task);
        thread.setDaemon(true);
        threads.add(thread);
        thread.start();
        return thread;
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(5, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException interrupted) {
            throw new AssertionError(interrupted);
        }
    }

    @Test
    void memberThatJoinsWhileItLeavesGetsMessages() throws InterruptedException {
        MemoryConnection connection = connect(), other = connect();
        Membership first = member(connection).join("news");
        member(other).join("news");
        CountDownLatch held = new CountDownLatch(1), release = new CountDownLatch(1);
        start(() -> connection.connection().advanced().sendAtomically(() -> {
            held.countDown();
            await(release);
            return null;
        }));
        await(held);
        Thread leaving = start(first::leave);       // waits for the other thread that sends
        for (long until = System.nanoTime() + 5_000_000_000L; leaving.getState() != Thread.State.WAITING; LockSupport.parkNanos(100_000)) {
            assertThat(System.nanoTime()).isLessThan(until);
        }
        Membership second = member(connection).join("news");
        release.countDown();
        leaving.join(5000);
        topics.topic("news").publish("hello");
        assertThat(second).isNotSameAs(first);
        assertThat(topics.topic("news").members()).containsExactlyInAnyOrder(member(connection), member(other));
        assertThat(connection.text()).isEqualTo("hello\n");
        second.leave();
        assertThat(topics.counts().members()).isEqualTo(1);
    }

    @Test
    void dropsWhileTheHandlerIsBusyAreReportedTogether() {
        MemoryConnection slow = connectSlow();
        Topic topic = topics.topic("prices", new TopicOptions(Overflow.DROP_OLDEST, 1));
        List<Long> reported = new ArrayList<>();
        topic.join(member(slow)).onDropped(reported::add);
        for (int i = 0; i < 1000; i++) topic.publish("x");      // the callback pool of this connection is busy until the next call
        slow.takes(1);
        assertThat(reported).containsExactly(998L);
        topic.publish("y");
        topic.publish("z");
        slow.takes(1);
        assertThat(reported).containsExactly(998L, 1000L);
    }

    @Test
    void listenerThatFailsWithAnErrorDoesNotStopTheEvents() {
        List<TopicEvent> events = new ArrayList<>();
        AtomicBoolean first = new AtomicBoolean(true);
        topics.listen(event -> {
            if (first.getAndSet(false)) throw new Error("a listener that fails");
        });
        topics.listen(events::add);
        member(connect()).join("a");
        member(connect()).join("a");
        assertThat(events).hasSize(2);
    }

    @Test
    void eventsContinueAfterThereWasNoThread() {
        List<TopicEvent> events = new ArrayList<>();
        AtomicBoolean full = new AtomicBoolean(true);
        Topics busy = new Topics();
        busy.start(new ClassLoader() { }, null, task -> {
            if (full.get()) throw new IllegalStateException("no thread");
            task.run();
        });
        busy.listen(events::add);
        busy.member(connect().connection(), TestMembers.LINES).join("a");
        full.set(false);
        busy.member(connect().connection(), TestMembers.LINES).join("a");
        assertThat(events).hasSize(2);
    }

    @Test
    void encoderThatFailsWithAnErrorDoesNotAffectOthers() {
        for (int i = 0; i < 10; i++) {
            topics.member(connect().connection(), message -> {
                throw new NoClassDefFoundError("an encoder that fails");
            }).join("news");
        }
        List<MemoryConnection> fine = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            fine.add(connect());
            member(fine.get(i)).join("news");
        }
        topics.topic("news").publish("hello");
        assertThat(fine).extracting(MemoryConnection::text).containsOnly("hello\n");
    }

    @Test
    void encodersMayPublish() throws InterruptedException {
        MemoryConnection first = connect(), second = connect();
        CyclicBarrier both = new CyclicBarrier(2);
        topics.member(first.connection(), publishing(both, "b")).join("a");
        topics.member(second.connection(), publishing(both, "a")).join("b");
        Thread one = start(() -> topics.topic("a").publish("begin"));
        Thread two = start(() -> topics.topic("b").publish("begin"));
        one.join(3000);
        two.join(3000);
        assertThat(one.isAlive() || two.isAlive()).as("a thread waits for ever").isFalse();
        assertThat(first.text()).contains("begin", "encoded");
    }

    private MessageEncoder publishing(CyclicBarrier both, String to) {
        return message -> {
            if (message.text().equals("begin")) {
                try {
                    both.await(5, TimeUnit.SECONDS);
                } catch (Exception failed) {
                    throw new IllegalStateException(failed);
                }
                topics.topic(to).publish("encoded");
            }
            return TestMembers.LINES.encode(message);
        };
    }

    @Test
    void waitingTopicMessagesDoNotMakeTheQueueOfTheHandlerFull() {
        Handler handler = new Handler();
        MemoryConnection slow = keep(MemoryConnection.slow(handler, 100));
        member(slow).join("a");
        for (int i = 0; i < 100; i++) topics.topic("a").publish("0123456789");
        assertThat(slow.connection().advanced().isFull()).as("a WebSocket would not read from its client").isFalse();
        assertThat(slow.connection().send(ByteBuffer.allocate(200))).isFalse();
        int before = handler.writable;
        slow.takes(11 + 200);
        assertThat(handler.writable).as("the bytes of the handler are sent").isEqualTo(before + 1);
    }

    @Test
    void waitingMessagesWithoutContentCountAsMemory() {
        MemoryConnection slow = connectSlow();
        member(slow).join("a");
        topics.topic("a").publish("first");
        long before = slow.memoryUsed();
        for (int i = 0; i < 256; i++) topics.topic("a").publish("");
        assertThat(slow.memoryUsed() - before).isGreaterThan(256 * 100);
        slow.takes(10_000);
        assertThat(slow.memoryUsed()).isZero();
    }

    @Test
    void messageThatCannotWaitDropsNoOthers() {
        topics.limit(new TopicLimits(10, 10, 1000, 500));
        MemoryConnection slow = connectSlow();
        Membership membership = member(slow).join("a");
        for (int i = 1; i <= 4; i++) topics.topic("a").publish("m" + i);
        topics.topic("a").publish("x".repeat(600));
        slow.takes(10_000);
        assertThat(slow.text()).isEqualTo("m1\nm2\nm3\nm4\n");
        assertThat(membership.dropped()).isEqualTo(1);
    }

    @Test
    void userThatCannotBeAddedIsTriedAgain() {
        topics.limit(new TopicLimits(1, 10, 1000, 500));
        Member first = member(connect());
        first.join("a");
        MemoryConnection ann = keep(MemoryConnection.of(new Handler(), UpgradeRequest.builder().path("/memory").principal(() -> "ann").build()));
        for (int i = 0; i < 2; i++) assertThatThrownBy(() -> member(ann)).isInstanceOf(IllegalStateException.class).hasMessageContaining("changeover.topics.max");
        topics.topic("a").leave(first);
        member(ann);
        topics.user("ann").publish("hello");
        assertThat(ann.text()).isEqualTo("hello\n");
        ann.reset();
        assertThat(topics.states()).isEmpty();
    }

    @Test
    void slowMemberOfManyTopicsDelaysNobody() {
        topics.limit(new TopicLimits(1000, 101, 1000, 1 << 20));
        MemoryConnection slow = connectSlow();
        Member member = member(slow);
        Topic[] all = new Topic[100];
        for (int i = 0; i < all.length; i++) all[i] = topics.topic("t" + i);
        for (Topic topic : all) topic.join(member);
        for (Topic topic : all) for (int i = 0; i < 300; i++) topic.publish("x");
        Topic prices = topics.topic("prices", new TopicOptions(Overflow.KEEP_LATEST, 10_000));
        prices.join(member);
        List<TopicMessage> messages = new ArrayList<>();
        for (int i = 0; i < 10_000; i++) messages.add(TopicMessage.text("x").withKey("k" + i));
        messages.forEach(prices::publish);
        long begun = System.nanoTime();
        for (int i = 0; i < 50_000; i++) {      // most of these messages drop one from the middle of the 35,000 that wait
            all[50].publish("y");
            prices.publish(messages.get(i * 31 % messages.size()));
        }
        assertThat(System.nanoTime() - begun).as("100,000 messages; a search through all that wait takes more than twice as long").isLessThan(4_000_000_000L);
        assertThat(slow.connection().queued()).isLessThan(100_000);
    }

    @Test
    void messagesThatWereWaitingWhenTheMemberIsClosedCountAsDropped() {
        MemoryConnection slow = connectSlow();
        Membership membership = topics.topic("orders", new TopicOptions(Overflow.CLOSE_MEMBER, 3)).join(member(slow));
        for (int i = 1; i <= 5; i++) topics.topic("orders").publish("m" + i);
        slow.takes(10_000);
        assertThat(slow.text()).isEqualTo("m1\n");
        assertThat(membership.dropped()).isEqualTo(4);
        assertThat(topics.counts().dropped()).isEqualTo(4);
    }

    @Test
    void messagesOfEachPublisherStayInOrderWhileTheClientStallsAndReads() throws InterruptedException {
        Random random = new Random(16);
        MemoryConnection slow = connectSlow();
        List<Membership> memberships = new ArrayList<>();
        for (Overflow overflow : Overflow.values()) {
            int most = overflow == Overflow.CLOSE_MEMBER ? 100_000 : 20;
            memberships.add(topics.topic(overflow.name(), new TopicOptions(overflow, most)).join(member(slow)));
        }
        int publishers = 2, each = 3000;
        CountDownLatch published = new CountDownLatch(publishers);
        for (int i = 0; i < publishers; i++) {
            int publisher = i;
            start(() -> {
                for (int number = 0; number < each; number++) {
                    for (Membership to : memberships) {
                        TopicMessage message = TopicMessage.text(to.topic().name() + " " + publisher + " " + number);
                        to.topic().publish(number % 3 == 0 ? message : message.withKey("key" + number % 7));
                    }
                    if (number % 100 == 0) LockSupport.parkNanos(100_000);
                }
                published.countDown();
            });
        }
        while (published.getCount() > 0) {
            slow.takes(random.nextInt(20) == 0 ? 2000 : 0);
            if (random.nextInt(3) == 0) LockSupport.parkNanos(200_000);
        }
        slow.takes(Long.MAX_VALUE / 2);
        Map<String, Integer> last = new HashMap<>(), counts = new HashMap<>();
        for (String line : slow.text().split("\n")) {
            int number = Integer.parseInt(line.substring(line.lastIndexOf(' ') + 1));
            Integer before = last.put(line.substring(0, line.lastIndexOf(' ')), number);
            assertThat(before == null ? -1 : before).as(line).isLessThan(number);
            counts.merge(line.substring(0, line.indexOf(' ')), 1, Integer::sum);
        }
        for (Membership membership : memberships) {
            String name = membership.topic().name();
            assertThat(counts.get(name) + membership.dropped()).as(name).isEqualTo(publishers * each);
        }
        assertThat(counts).containsEntry(Overflow.CLOSE_MEMBER.name(), publishers * each);
        assertThat(memberships.get(0).dropped()).isPositive();
        assertThat(slow.memoryUsed()).isZero();
        assertThat(slow.connection().queued()).isZero();
    }
}
