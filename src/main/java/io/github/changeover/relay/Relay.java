package io.github.changeover.relay;

import java.io.IOException;

/**
 * Carries messages between the nodes of an application, through a message system that exists already. A relay only moves bytes: Changeover numbers the
 * messages, finds those that were lost, and tells the application.
 *
 * <p>A relay may lose messages, for example while it has no connection. It should deliver the messages that one node publishes on one channel in their
 * order, and each at most once: Changeover drops a message that arrives late or twice.
 *
 * <h2>Threading</h2>
 * Changeover calls {@link #start}, {@link #interest}, {@link #publish} and {@link #close} one after another, on one thread that belongs to the relay. They may
 * block for some seconds. While they block, messages wait in a queue with a limit ({@code changeover.relay.queue.max}); publishers never wait.
 *
 * <h2>Failures</h2>
 * If {@code start} fails, Changeover calls {@code close}, makes a new relay and tries again after some seconds. Once {@code start} has returned, the relay
 * itself restores its connection, including all channels of interest, and reports {@link Receiver#connected} on each change. If {@code interest} or
 * {@code publish} fails, the failure is logged; a channel of interest is set again after the next {@code connected(true)}, and a message is lost.
 */
public interface Relay extends AutoCloseable {
    /**
     * Connects. Returns when messages can be published.
     *
     * @param receiver gets the messages of the channels of interest
     * @throws IOException if there is no connection within a few seconds
     */
    void start(Receiver receiver) throws IOException;

    /**
     * Begins or ends the interest in a channel. Messages that were published before are not delivered. May be repeated for the same channel.
     *
     * @param channel up to 300 characters; begins with the name of the relay ({@code changeover.relay.name})
     */
    void interest(String channel, boolean interested) throws IOException;

    /**
     * Publishes a message to all nodes that are interested in its channel. The message may come back to this node.
     *
     * @param message must not be changed
     */
    void publish(String channel, byte[] message) throws IOException;

    /** Ends the connection and releases everything. Nothing is delivered afterwards. Must not throw, and may be called if {@code start} has failed. */
    @Override
    void close();

    /** Gets what arrives. Thread-safe. No method blocks or throws. */
    interface Receiver {
        /**
         * Delivers a message. Messages of one channel must be delivered one after another, in the order in which they arrived.
         *
         * @param message must not be changed afterwards
         */
        void received(String channel, byte[] message);

        /**
         * Reports that the connection to the message system was lost ({@code false}) or is restored ({@code true}). May be repeated. After {@link Relay#start} the
         * relay counts as connected, whether or not it has reported that.
         */
        void connected(boolean connected);
    }
}
