package io.github.changeover.topics;

import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * A name under which messages are published to members. This object is only a handle: a topic needs no creation and no end. Anybody may publish, also if
 * there are no members on this node. Two handles with the same name are the same topic, on all nodes of the application.
 */
public final class Topic implements Audience {
    private final Topics topics;
    private final String name;
    private final TopicOptions options;         // null: those of the members that there are, or else the default

    Topic(Topics topics, String name, TopicOptions options) {
        this.topics = topics;
        this.name = name;
        this.options = options;
    }

    /** The name. */
    public String name() {
        return name;
    }

    /**
     * Adds the connection to the members of this topic. If it is a member already, this returns its membership. If the connection has closed, the returned
     * membership has ended.
     *
     * @throws IllegalStateException if the connection is in as many topics as allowed ({@code changeover.topics.member.max}), if there are too many topics
     *                               ({@code changeover.topics.max}), or if the handle has options ({@link Topics#topic(String, TopicOptions)}) and the
     *                               members on this node have others: those apply until the last member leaves
     */
    public Membership join(Member member) {
        return topics.join(key(), options, member);
    }

    /** Removes the connection from the members of this topic. Does nothing if it is not a member. */
    public void leave(Member member) {
        topics.leave(key(), member);
    }

    /** The members on this node. A copy. */
    public Set<Member> members() {
        return topics.members(key());
    }

    /** Who is in this topic, on all nodes. Asks no other node. */
    public Presence presence() {
        return topics.presence(key());
    }

    @Override
    public void publish(TopicMessage message) {
        topics.publish(key(), message, List.of());
    }

    /** Returns the members without these ones, such as the author of a message. */
    public Audience except(Member... members) {
        List<Member> except = Arrays.asList(members.clone());
        return message -> topics.publish(key(), message, except);
    }

    private String key() {
        return TopicState.TOPIC + name;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Topic topic && topic.topics == topics && topic.name.equals(name);
    }

    @Override
    public int hashCode() {
        return name.hashCode();
    }

    @Override
    public String toString() {
        return "topic " + name;
    }
}
