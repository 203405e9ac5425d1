package io.github.changeover.topics;

import java.util.Objects;

/**
 * How a topic treats members whose clients read too slowly. They never delay a publisher or another member.
 *
 * @param overflow what happens at the limit
 * @param waiting  the largest number of messages of this topic that may wait for one member, 1 or more. The setting
 *                 {@code changeover.topics.waiting.max} also limits the bytes that wait for one connection, in all of its topics together
 */
public record TopicOptions(Overflow overflow, int waiting) {
    /** Drops the oldest of more than 256 waiting messages. */
    public static final TopicOptions DEFAULT = new TopicOptions(Overflow.DROP_OLDEST, 256);

    /** @throws IllegalArgumentException if {@code waiting} is less than 1 */
    public TopicOptions {
        Objects.requireNonNull(overflow, "overflow");
        if (waiting < 1) throw new IllegalArgumentException("At least 1 message must be able to wait for a member, not " + waiting);
    }
}
