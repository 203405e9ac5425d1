package io.github.changeover.topics;

/**
 * Something that happened to a topic of this node. {@link TopicListener}s receive it, and CDI observers of a subtype, such as
 * {@code @Observes TopicEvent.Joined}. Subtypes may be added.
 */
public sealed interface TopicEvent {
    /** A connection of this node has joined. */
    record Joined(Membership membership) implements TopicEvent {
    }

    /** A connection of this node has left, or has closed. */
    record Left(Membership membership) implements TopicEvent {
    }

    /**
     * Messages for a member were dropped because its client reads too slowly. Events for one member are combined.
     *
     * @param total the number of messages that this membership has lost until now
     */
    record Dropped(Membership membership, long total) implements TopicEvent {
    }

    /**
     * Messages of another node were lost. Nothing tells what they contained.
     *
     * @param topic the topic; its members on this node have missed the messages
     * @param node  the other node
     * @param count the number of lost messages
     */
    record Gap(Topic topic, String node, long count) implements TopicEvent {
    }

    /** Messages of another node for a user of this node were lost. */
    record UserGap(String user, String node, long count) implements TopicEvent {
    }

    /** Another node has not responded for some seconds: it has ended, or there is no connection to it. Messages of it may be missing in any topic. */
    record NodeLost(String node) implements TopicEvent {
    }

    /** The connection to the relay was lost, or is restored. While it is lost, messages reach this node only. */
    record RelayChanged(boolean connected) implements TopicEvent {
    }
}
