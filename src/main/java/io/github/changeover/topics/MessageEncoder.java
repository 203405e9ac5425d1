package io.github.changeover.topics;

import io.github.changeover.spi.SharedBytes;

/**
 * Encodes the messages of topics for connections of an application's own protocol. Use one object for all connections of a protocol: a message is encoded
 * once for each encoder.
 *
 * <pre>
 * static final MessageEncoder LINES = message -&gt; SharedBytes.copyOf(StandardCharsets.UTF_8.encode(message.text() + "\r\n"));
 * </pre>
 */
@FunctionalInterface
public interface MessageEncoder {
    /**
     * Returns the bytes to send for this message. Called on the thread that publishes, or on a thread of the relay; it must not block. If it throws an
     * exception, this is logged, and connections with this encoder do not get the message.
     */
    SharedBytes encode(TopicMessage message);
}
