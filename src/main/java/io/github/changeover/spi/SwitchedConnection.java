package io.github.changeover.spi;

import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.function.Supplier;

/**
 * A connection that is no longer HTTP. Every method may be called from any thread; none blocks, except
 * {@link #awaitRoom} and those of the streams.
 */
public interface SwitchedConnection {
    /** Unique within the application, for logs. */
    String id();

    /** The request that asked for the switch. */
    UpgradeRequest request();

    /** The offered token that was chosen, in the spelling of {@link UpgradeProtocol#tokens()}, whatever the client's was. */
    ProtocolToken protocol();

    /**
     * Sends the octets after all earlier ones. They are written or copied before this returns: the buffer is the
     * caller's again, empty. Once the connection is closing, or its output has ended, they are dropped.
     *
     * @return whether more may be sent now; after {@code false} wait for {@link ConnectionHandler.Events#writable}, which does
     *         not come when the octets were dropped
     * @throws IllegalStateException when as much again as {@code changeover.queue.max} was sent after a {@code false} that was
     *                               not heeded; the connection is then closed with {@link CloseCause.Kind#OVERFLOW}
     */
    default boolean send(ByteBuffer octets) {
        return send(octets, null);
    }

    /**
     * As {@link #send(ByteBuffer)}; {@code sent}, unless it is null, runs once: with null when the last of the octets was given to the
     * container, with the reason when they never will be. It runs like a callback and must not block. When this throws
     * nothing was accepted, and it does not run.
     */
    boolean send(ByteBuffer octets, Completion sent);

    /** Told what became of octets. */
    @FunctionalInterface
    interface Completion {
        /** @param failure null when the octets were sent */
        void done(Throwable failure);
    }

    /**
     * Makes sends of several steps one: those of other threads come before or behind, and no callback of this connection runs on
     * the calling thread until it is over. For a sender with an order of its own to keep, as of fragments, or of what it compresses.
     *
     * @param sends must not wait: {@link #awaitRoom} with no time to wait tells whether there is room
     * @return what it answers
     */
    <T> T together(Supplier<T> sends);

    /** Octets accepted and not yet given to the container. */
    long queued();

    /**
     * Waits until a send of so many octets is heeding: for an API whose sends block by contract, as those of Jakarta WebSocket.
     * The only method that blocks, and the only way to wait inside a callback, where no other comes meanwhile; octets go out all
     * the same. When it has waited, {@link ConnectionHandler.Events#writable} does not come for the {@code false} before.
     *
     * @return whether octets are still taken, and there was room in time
     */
    boolean awaitRoom(long octets, Duration atMost) throws InterruptedException;

    /**
     * Stops {@link ConnectionHandler.Events#received}, and {@link ConnectionHandler.Events#ended} behind it, until
     * {@link #resume}; the peer is held back by TCP. Called from outside a callback, one that runs already goes on.
     */
    void pause();

    /** Undoes {@link #pause}. */
    void resume();

    /**
     * Runs the task like a callback: after those before it, never beside one. What it throws is the handler's failure.
     * Dropped when the connection is closed.
     */
    void execute(Runnable task);

    /**
     * Sends what is queued and then tells the peer that no more comes, while reading goes on. Where the container
     * cannot do that, everything queued is sent and the end is told when the connection closes.
     */
    void endOutput();

    /** Sends what is queued, within the closing time, and closes. Octets that arrive meanwhile are dropped. */
    void close();

    /**
     * As {@link #close()}, for a protocol whose both sides have said their last word, as after two Close frames: what is
     * queued is sent, and then the peer's end is not awaited. Were it to send on, a reset could cost it what it has not read.
     */
    default void conclude() {
        close();
    }

    /**
     * As {@link #close()}, with a cause of the handler's own to be told to {@link ConnectionHandler.Events#closed}. The first
     * close that is asked for counts.
     */
    void close(CloseCause cause);

    /** Closes at once with {@link CloseCause.Kind#EVICTED}; what is queued is lost. */
    void evict();

    /**
     * The peer's octets; -1 after its end, and when the application goes. Reading throws an {@link java.io.IOException} once
     * the connection has ended otherwise, or the thread is interrupted. Closing it closes the connection.
     *
     * @throws IllegalStateException when the handler is no {@link ConnectionHandler.Blocking}
     */
    InputStream input();

    /**
     * Octets for the peer: writing waits while the queue is full, and {@code flush} does nothing, for octets go out at once.
     * Writing throws an {@link java.io.IOException} once they would be dropped. Closing it is {@link #endOutput}.
     *
     * @throws IllegalStateException when the handler is no {@link ConnectionHandler.Blocking}
     */
    OutputStream output();
}
