package io.github.changeover.topics;

import java.nio.ByteBuffer;

/**
 * The connections that get a message: those of a {@link Topic}, or those of a {@linkplain Topics#user user}.
 *
 * <p>A message is encoded once for each kind of connection, and slow connections queue it by reference. No method waits for a client, whatever its speed, nor
 * for another node. Messages that one thread publishes to one topic arrive in this order. Thread-safe; only Changeover implements this interface.
 */
public interface Audience {
    /**
     * Publishes a message. It is delivered at most once: a client that is too slow may miss it ({@link TopicOptions}), and so may the clients of another
     * node while there is no connection to it.
     *
     * @throws IllegalArgumentException if the message is longer than {@code changeover.topics.message.max}; nothing is sent
     */
    void publish(TopicMessage message);

    /** Publishes a text, as {@link #publish(TopicMessage)}. */
    default void publish(String text) {
        publish(TopicMessage.text(text));
    }

    /** Publishes a copy of the remaining bytes, as {@link #publish(TopicMessage)}. The buffer is not changed. */
    default void publish(ByteBuffer bytes) {
        publish(TopicMessage.bytes(bytes));
    }
}
