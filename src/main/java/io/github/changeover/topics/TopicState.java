package io.github.changeover.topics;

import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * The members of a topic, or the connections of a user, on this node. It exists while there are any. Thread-safe.
 *
 * <p>A key identifies it on all nodes: {@code t} and the name of a topic, or {@code u} and the name of a user.
 */
final class TopicState {
    static final char TOPIC = 't', USER = 'u';

    private final Topics topics;
    private final String key;
    private final TopicOptions options;
    private final Map<Member, Membership> memberships = new ConcurrentHashMap<>();
    private final LongAdder dropped = new LongAdder(), droppedOfAll;
    private final RemoteSequences sequences = new RemoteSequences();

    /** @param droppedOfAll counts the dropped messages of all topics */
    TopicState(Topics topics, String key, TopicOptions options, LongAdder droppedOfAll) {
        this.topics = topics;
        this.key = key;
        this.options = options;
        this.droppedOfAll = droppedOfAll;
    }

    String key() {
        return key;
    }

    /** The name of the topic or of the user. */
    String name() {
        return key.substring(1);
    }

    boolean isOfUser() {
        return key.charAt(0) == USER;
    }

    Topic topic() {
        return new Topic(topics, name(), options);
    }

    TopicOptions options() {
        return options;
    }

    /** The numbers of the messages that have arrived from other nodes. */
    RemoteSequences sequences() {
        return sequences;
    }

    /** Returns whether it was not a member before. */
    boolean add(Membership membership) {
        return memberships.putIfAbsent(membership.member(), membership) == null;
    }

    Optional<Membership> membership(Member member) {
        return Optional.ofNullable(memberships.get(member));
    }

    boolean remove(Membership membership) {
        return memberships.remove(membership.member(), membership);
    }

    boolean isEmpty() {
        return memberships.isEmpty();
    }

    int size() {
        return memberships.size();
    }

    Set<Member> members() {
        return Set.copyOf(memberships.keySet());
    }

    /** Returns the names of the users of the members, at most this number. */
    Set<String> users(int most) {
        Set<String> users = new TreeSet<>();
        for (Member member : memberships.keySet()) {
            if (users.size() >= most) break;
            member.user().filter(Topics::isName).ifPresent(users::add);
        }
        return users;
    }

    /** Delivers the message to all members except these. */
    void deliver(TopicMessage message, Collection<Member> except) {
        for (Membership membership : memberships.values()) {
            if (except.contains(membership.member())) continue;
            try {
                membership.deliver(message);
            } catch (RuntimeException | LinkageError | AssertionError | StackOverflowError wrong) {
                topics.deliveryFailed(membership, wrong);
            }
        }
    }

    void countDropped() {
        dropped.increment();
        droppedOfAll.increment();
    }

    /** The number of messages that members on this node have not got. */
    long dropped() {
        return dropped.sum();
    }
}
