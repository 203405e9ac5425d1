package io.github.changeover.topics;

import io.github.changeover.spi.AdvancedConnection;

/**
 * Sends the messages of topics over one connection. Internal: protocol libraries implement it.
 *
 * <p>{@link #trySend} and {@link #deferred} are called inside {@link AdvancedConnection#sendAtomically}. They must not block and must not call application
 * code.
 */
public interface TopicOutput {
    /** Returns the connection. */
    AdvancedConnection connection();

    /** Encodes the message, so that the other methods need not do it. Called outside {@code sendAtomically}: a {@link MessageEncoder} may publish, too. */
    void encode(TopicMessage message);

    /** Sends the message now, or drops it because the connection is closing. Returns {@code false} if it must wait for earlier messages. */
    boolean trySend(TopicMessage message);

    /**
     * Creates a message for {@link AdvancedConnection#defer}. It does not fill the queue: the limits of topics apply to it.
     *
     * @param done must be run once when the message was sent or will never be sent, while no other thread sends on the connection
     */
    AdvancedConnection.Deferred deferred(TopicMessage message, Runnable done);

    /** Sends messages that were deferred although the client reads fast enough. Called outside {@code sendAtomically}. */
    void sendDeferred();

    /** Closes the connection because its client reads too slowly. May be called on any thread; must not block. */
    void closeSlow(String reason);
}
