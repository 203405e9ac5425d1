package io.github.changeover.topics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.changeover.management.TopicView;
import io.github.changeover.spi.CloseCause;
import io.github.changeover.spi.SharedBytes;
import io.github.changeover.spi.UpgradeRequest;
import io.github.changeover.testkit.MemoryConnection;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Topics on one node: who gets a message, in which order, and what happens to members that read too slowly. Bytes as the peers see them. */
class TopicsTest {
    private final Topics topics = new Topics();
    private final List<TopicEvent> events = new ArrayList<>();
    private final List<MemoryConnection> connections = new ArrayList<>();

    TopicsTest() {
        topics.start(getClass().getClassLoader(), null, Runnable::run);
    }

    @AfterEach
    void end() {
        connections.forEach(MemoryConnection::close);
        topics.stop(getClass().getClassLoader());
    }

    private MemoryConnection connect() {
        return keep(MemoryConnection.of(new TestMembers.Silent()));
    }

    private MemoryConnection connect(String user) {
        return keep(MemoryConnection.of(new TestMembers.Silent(), UpgradeRequest.builder().path("/memory").principal(() -> user).build()));
    }

    private MemoryConnection connectSlow() {
        return keep(MemoryConnection.slow(new TestMembers.Silent(), 1 << 20));
    }

    private MemoryConnection keep(MemoryConnection connection) {
        connections.add(connection);
        return connection;
    }

    private Member member(MemoryConnection connection) {
        return topics.member(connection.connection(), TestMembers.LINES);
    }

    private static String lines(int from, int to) {
        StringBuilder lines = new StringBuilder();
        IntStream.rangeClosed(from, to).forEach(i -> lines.append(i).append('\n'));
        return lines.toString();
    }

    private void publish(Topic topic, int from, int to) {
        IntStream.rangeClosed(from, to).forEach(i -> topic.publish(Integer.toString(i)));
    }

    @Test
    void membersGetMessagesInOrderAndOthersDoNot() {
        MemoryConnection first = connect(), second = connect(), other = connect();
        member(first).join("news");
        member(second).join("news");
        member(other).join("sports");
        publish(topics.topic("news"), 1, 3);
        assertThat(first.text()).isEqualTo("1\n2\n3\n");
        assertThat(second.text()).isEqualTo("1\n2\n3\n");
        assertThat(other.text()).isEmpty();
    }

    @Test
    void messageIsEncodedOnceForEachEncoder() {
        AtomicInteger calls = new AtomicInteger();
        MessageEncoder counting = message -> {
            calls.incrementAndGet();
            return SharedBytes.copyOf(message.content());
        };
        for (int i = 0; i < 10; i++) topics.member(connect().connection(), counting).join("news");
        MemoryConnection slow = connectSlow();
        topics.member(slow.connection(), counting).join("news");
        member(connect()).join("news");
        topics.topic("news").publish("one");
        assertThat(calls).hasValue(1);
    }

    @Test
    void encoderThatFailsOrReturnsNullDoesNotAffectOthers() {
        MemoryConnection broken = connect(), none = connect(), fine = connect();
        topics.member(broken.connection(), message -> {
            throw new IllegalStateException("an encoder that fails");
        }).join("news");
        topics.member(none.connection(), message -> null).join("news");
        member(fine).join("news");
        publish(topics.topic("news"), 1, 2);
        assertThat(fine.text()).isEqualTo("1\n2\n");
        assertThat(broken.text()).isEmpty();
        assertThat(broken.ended()).isEmpty();
    }

    @Test
    void exceptLeavesOutMembers() {
        MemoryConnection author = connect(), reader = connect();
        Member writing = member(author);
        writing.join("news");
        member(reader).join("news");
        topics.topic("news").except(writing).publish("hello");
        assertThat(author.text()).isEmpty();
        assertThat(reader.text()).isEqualTo("hello\n");
    }

    @Test
    void userGetsMessagesOnAllOfHisConnections() {
        MemoryConnection phone = connect("ann"), desk = connect("ann"), other = connect("bob"), unknown = connect();
        List.of(phone, desk, other, unknown).forEach(this::member);
        topics.user("ann").publish("hello");
        assertThat(phone.text()).isEqualTo("hello\n");
        assertThat(desk.text()).isEqualTo("hello\n");
        assertThat(other.text()).isEmpty();
        assertThat(unknown.text()).isEmpty();
        assertThat(topics.membersOf("ann")).hasSize(2);
        phone.reset();
        assertThat(topics.membersOf("ann")).hasSize(1);
    }

    @Test
    void closedConnectionLeavesAllTopics() {
        MemoryConnection leaving = connect("ann");
        Member member = member(leaving);
        member.join("a");
        member.join("b");
        assertThat(member.joined()).extracting(Topic::name).containsExactlyInAnyOrder("a", "b");
        assertThat(topics.topic("a").presence()).isEqualTo(new Presence(1, java.util.Set.of("ann")));
        leaving.reset();
        assertThat(topics.states()).isEmpty();
        assertThat(topics.counts().members()).isZero();
        assertThat(topics.topic("a").presence().members()).isZero();
        assertThat(member.join("c").topic().members()).as("joined after the end").isEmpty();
        assertThat(topics.states()).isEmpty();
    }

    @Test
    void joiningTwiceIsOneMembership() {
        MemoryConnection connection = connect();
        Membership first = member(connection).join("a");
        assertThat(member(connection).join("a")).isSameAs(first);
        topics.topic("a").publish("once");
        assertThat(connection.text()).isEqualTo("once\n");
        first.leave();
        first.leave();
        topics.topic("a").publish("never");
        assertThat(connection.text()).isEqualTo("once\n");
        assertThat(member(connection).join("a")).isNotSameAs(first);
    }

    @Test
    void eventsTellWhoJoinsAndLeaves() {
        topics.listen(events::add);
        topics.listen(event -> {
            throw new IllegalStateException("a listener that fails");
        });
        MemoryConnection connection = connect("ann");
        Membership membership = member(connection).join("a");
        connection.reset();
        assertThat(events).containsExactly(new TopicEvent.Joined(membership), new TopicEvent.Left(membership));
    }

    // ---- slow members

    @ParameterizedTest
    @EnumSource(Overflow.class)
    void slowMemberDelaysNobody(Overflow overflow) {
        Topic topic = topics.topic("prices", new TopicOptions(overflow, 3));
        MemoryConnection stalled = connectSlow(), fast = connect();
        topic.join(member(stalled));
        topic.join(member(fast));
        publish(topic, 1, 1000);
        assertThat(fast.text()).isEqualTo(lines(1, 1000));
        assertThat(stalled.connection().queued()).as("bytes in the queue").isLessThan(100);
    }

    @Test
    void oldestMessagesAreDropped() {
        Topic topic = topics.topic("prices", new TopicOptions(Overflow.DROP_OLDEST, 3));
        topics.listen(events::add);
        MemoryConnection slow = connectSlow();
        Membership membership = topic.join(member(slow));
        List<Long> reported = new ArrayList<>();
        membership.onDropped(reported::add);
        publish(topic, 1, 10);
        slow.takes(1000);
        assertThat(slow.text()).as("the first is in the queue, three have waited").isEqualTo("1\n8\n9\n10\n");
        assertThat(membership.dropped()).isEqualTo(6);
        assertThat(topics.counts().dropped()).isEqualTo(6);
        assertThat(reported.get(reported.size() - 1)).isEqualTo(6);
        assertThat(events.get(events.size() - 1)).isEqualTo(new TopicEvent.Dropped(membership, 6));
        publish(topic, 11, 12);
        assertThat(slow.text()).endsWith("10\n11\n12\n");
    }

    @Test
    void largestTopicsAreThoseWithMostMembersAndUsersAreNone() {
        MemoryConnection ann = connect("ann"), slow = connectSlow();
        for (String name : List.of("a", "b", "c", "d")) member(ann).join(name);
        member(slow).join("c");
        member(connect()).join("c");
        topics.topic("b", TopicOptions.DEFAULT).join(member(slow));
        assertThat(topics.largest(3)).containsExactly(new TopicView("c", 3, 3, 0), new TopicView("b", 2, 2, 0), new TopicView("a", 1, 1, 0));
        publish(topics.topic("b"), 1, 2000);
        assertThat(topics.largest(10)).extracting(TopicView::name).containsExactly("c", "b", "a", "d");
        assertThat(topics.largest(10).get(1).dropped()).isEqualTo(topics.counts().dropped());
        assertThat(topics.largest(0)).isEmpty();
    }

    @Test
    void latestMessageOfEachKeyIsKept() {
        Topic topic = topics.topic("prices", new TopicOptions(Overflow.KEEP_LATEST, 3));
        MemoryConnection slow = connectSlow();
        Membership membership = topic.join(member(slow));
        topic.publish("first");
        for (int i = 1; i <= 5; i++) {
            topic.publish(TopicMessage.text("EUR " + i).withKey("EUR"));
            topic.publish(TopicMessage.text("USD " + i).withKey("USD"));
        }
        topic.publish("plain");
        slow.takes(1000);
        assertThat(slow.text()).isEqualTo("first\nEUR 5\nUSD 5\nplain\n");
        assertThat(membership.dropped()).isEqualTo(8);
        topic.publish(TopicMessage.text("a").withKey("a"));
        assertThat(slow.text()).endsWith("plain\na\n");
    }

    @Test
    void keysBeyondTheLimitDropTheOldest() {
        Topic topic = topics.topic("prices", new TopicOptions(Overflow.KEEP_LATEST, 2));
        MemoryConnection slow = connectSlow();
        topic.join(member(slow));
        topic.publish("first");
        for (String key : List.of("a", "b", "c", "d")) topic.publish(TopicMessage.text(key).withKey(key));
        slow.takes(1000);
        assertThat(slow.text()).isEqualTo("first\nc\nd\n");
    }

    @Test
    void slowMemberIsClosed() {
        Topic topic = topics.topic("orders", new TopicOptions(Overflow.CLOSE_MEMBER, 3));
        MemoryConnection slow = connectSlow();
        topic.join(member(slow));
        publish(topic, 1, 4);
        assertThat(slow.ended()).isEmpty();
        publish(topic, 5, 9);
        slow.takes(1000);
        assertThat(slow.text()).as("no message follows the first one that was lost").isEqualTo("1\n");
        slow.end();
        assertThat(slow.ended()).contains(CloseCause.Kind.OVERFLOW);
        assertThat(topics.states()).isEmpty();
    }

    @Test
    void bytesThatWaitForOneConnectionAreLimited() {
        topics.limit(new TopicLimits(10, 10, 1000, 2000));
        MemoryConnection slow = connectSlow();
        Membership first = member(slow).join("a"), second = member(slow).join("b");
        String word = "x".repeat(900);
        for (int i = 0; i < 10; i++) {
            topics.topic("a").publish(word + i);
            topics.topic("b").publish(word + i);
        }
        assertThat(slow.memoryUsed()).isLessThan(40_000);
        assertThat(first.dropped() + second.dropped()).isEqualTo(17);
        slow.takes(100_000);
        assertThat(slow.text().lines()).hasSize(3);
        topics.topic("a").publish("again");
        assertThat(slow.text()).endsWith("again\n");
    }

    @Test
    void waitingMessagesAreReleasedAtTheEnd() {
        MemoryConnection slow = connectSlow();
        Membership membership = member(slow).join("a");
        publish(topics.topic("a"), 1, 100);
        assertThat(slow.memoryUsed()).isPositive();
        membership.leave();
        assertThat(slow.connection().advanced().hasDeferred()).isFalse();
        member(slow).join("a");
        publish(topics.topic("a"), 1, 100);
        slow.reset();
        assertThat(slow.memoryUsed()).isZero();
    }

    // ---- limits

    @Test
    void topicsOfOneConnectionAreLimited() {
        topics.limit(new TopicLimits(100_000, 50, 1000, 1000));
        Member member = member(connect("ann"));
        for (int i = 0; i < 50; i++) member.join("t" + i);
        assertThatThrownBy(() -> member.join("t50")).isInstanceOf(IllegalStateException.class).hasMessageContaining("changeover.topics.member.max");
        member.join("t0");
        topics.topic("t1").leave(member);
        member.join("t50");
    }

    @Test
    void topicsOfTheNodeAreLimited() {
        topics.limit(new TopicLimits(2, 50, 1000, 1000));
        Member member = member(connect());
        member.join("a");
        member.join("b");
        assertThatThrownBy(() -> member.join("c")).isInstanceOf(IllegalStateException.class).hasMessageContaining("changeover.topics.max");
        assertThat(member.joined()).hasSize(2);
        topics.topic("c").publish("to nobody");
        topics.topic("a").leave(member);
        member.join("c");
    }

    @Test
    void longMessageIsNotPublished() {
        topics.limit(new TopicLimits(10, 10, 1000, 1000));
        MemoryConnection connection = connect();
        member(connection).join("a");
        assertThatThrownBy(() -> topics.topic("a").publish("x".repeat(1001))).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("changeover.topics.message.max");
        assertThat(connection.text()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a\nb", "\u0000", "\u0085", "\ud800x"})
    void wrongNamesAreRejected(String name) {
        assertThatThrownBy(() -> topics.topic(name)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> topics.user(name)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void longNamesAreRejected() {
        assertThat(topics.topic("\ud83d\ude00".repeat(100)).name()).hasSize(200);
        assertThatThrownBy(() -> topics.topic("x".repeat(201))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> TopicMessage.text("").withKey("x".repeat(201))).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void optionsOfATopicDoNotChangeWhileItHasMembers() {
        Topic dropping = topics.topic("a", new TopicOptions(Overflow.DROP_OLDEST, 1)), closing = topics.topic("a", new TopicOptions(Overflow.CLOSE_MEMBER, 1));
        Member first = member(connect()), second = member(connect());
        dropping.join(first);
        assertThatThrownBy(() -> closing.join(second)).isInstanceOf(IllegalStateException.class).hasMessageContaining("CLOSE_MEMBER");
        topics.topic("a").join(second);
        assertThat(dropping).isEqualTo(closing);
        dropping.leave(first);
        dropping.leave(second);
        closing.join(second);
    }

    @Test
    void memberOfAnotherApplicationIsRejected() {
        assertThatThrownBy(() -> new Topics().topic("a").join(member(connect()))).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("another application");
    }

    @Test
    void currentTopicsAreFoundByTheClassLoaderOfTheThread() {
        ClassLoader before = Thread.currentThread().getContextClassLoader();
        try {
            Thread.currentThread().setContextClassLoader(getClass().getClassLoader());
            assertThat(Topics.current()).isSameAs(topics);
            Thread.currentThread().setContextClassLoader(new ClassLoader() { });
            assertThatThrownBy(Topics::current).isInstanceOf(IllegalStateException.class).hasMessageContaining("inject");
        } finally {
            Thread.currentThread().setContextClassLoader(before);
        }
    }
}
