package io.github.changeover.topics;

/**
 * The limits of an application's topics.
 *
 * @param topics       topics and users with connections on this node
 * @param ofMember     topics of one connection
 * @param message      bytes of a message
 * @param waitingBytes bytes that wait for one connection, in all of its topics
 */
record TopicLimits(int topics, int ofMember, int message, int waitingBytes) {
    static final TopicLimits DEFAULT = new TopicLimits(100_000, 100, 1 << 20, 1 << 20);
}
