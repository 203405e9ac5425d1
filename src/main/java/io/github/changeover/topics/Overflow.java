package io.github.changeover.topics;

/** What happens with a message for a member whose client reads too slowly, when as many messages wait as the topic allows. Values may be added. */
public enum Overflow {
    /** The oldest waiting message is dropped. */
    DROP_OLDEST,
    /**
     * A message replaces the waiting message with an equal {@linkplain TopicMessage#withKey key}, even before the limit is reached. If there is none, the
     * oldest waiting message is dropped at the limit.
     */
    KEEP_LATEST,
    /** The connection is closed; a WebSocket with the code 1013 (Try Again Later). */
    CLOSE_MEMBER
}
