package io.github.changeover.spi;

import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.function.Supplier;

/**
 * A connection that is no longer HTTP.
 *
 * <h2>Threading</h2>
 * <ul>
 * <li>Every method may be called from any thread, and none blocks, except {@link #awaitRoom} and those of the streams.
 * <li>No method runs handler code before it returns, neither of this connection nor of another: callbacks, tasks and completions that a
 *     call leads to run afterwards, on the container's thread or the callback pool (see {@link ConnectionHandler}). So a loop
 *     over connections may send to each and close each, whatever their handlers do. {@code send} may write bytes on the caller's thread.
 * <li>What a callback sends is gathered for as long as it has run for less than a millisecond, so that small sends leave together; later
 *     sends are written at once. What is gathered leaves when the callback returns, or after some milliseconds.
 * </ul>
 */
public interface SwitchedConnection {
    /** Unique within the application, for logs. */
    String id();

    /** The request that asked for the switch. */
    UpgradeRequest request();

    /** The offered token that was chosen, in the spelling of {@link UpgradeProtocol#tokens()}, whatever the client's was. */
    ProtocolToken protocol();

    /**
     * Sends the bytes after all earlier ones. They are written or copied before this returns: the buffer is the
     * caller's again, empty. Once the connection is closing, or its output has ended, they are dropped.
     *
     * @return whether more may be sent now; after {@code false} wait for {@link ConnectionHandler.Events#writable}, which is
     *         not called when the bytes were dropped
     * @throws IllegalStateException when as much again as {@code changeover.queue.max} was sent after {@code false};
     *                               the connection is then closed with {@link CloseCause.Kind#OVERFLOW}
     */
    default boolean send(ByteBuffer bytes) {
        return send(bytes, null);
    }

    /**
     * As {@link #send(ByteBuffer)}; {@code sent}, unless it is null, runs once: with null when the last of the bytes was given to the
     * container, with the reason when they never will be. It runs like a callback, after those of earlier sends and before
     * {@link ConnectionHandler.Events#closed}. When this throws nothing was accepted, and it does not run.
     */
    boolean send(ByteBuffer bytes, Completion sent);

    /**
     * Called when bytes have been sent, or never will be. Those of small sends from other threads may run together, some milliseconds later: whoever
     * waits for one, rather than count it, passes an {@link ImmediateCompletion}.
     */
    @FunctionalInterface
    interface Completion {
        /** @param failure null when the bytes were sent */
        void done(Throwable failure);
    }

    /**
     * A completion that any thread may run at once: the one that writes the last byte, while a callback of the connection runs. For what completes a
     * future or releases a permit: it must not block, throw, or run code of an application.
     */
    @FunctionalInterface
    interface ImmediateCompletion extends Completion {
    }

    /**
     * Makes sends of several steps one: those of other threads come before or behind, and no callback of this connection runs on
     * the calling thread until it is over. For a sender with an order of its own to keep, as of fragments, or of what it compresses.
     *
     * @param sends must not wait: {@link #awaitRoom} with no time to wait tells whether there is room
     * @return what it answers
     */
    <T> T together(Supplier<T> sends);

    /** Bytes accepted and not yet given to the container. */
    long queued();

    /**
     * Blocks until so many bytes can be sent without an exception: for an API whose sends block by contract, as those of Jakarta WebSocket.
     * It may be called in a callback; bytes are written all the same. When it has waited,
     * {@link ConnectionHandler.Events#writable} is not called for the {@code false} before.
     *
     * @param atMost any duration, {@code ChronoUnit.FOREVER.getDuration()} included
     * @return whether bytes are still accepted, and there was room in time
     */
    boolean awaitRoom(long bytes, Duration atMost) throws InterruptedException;

    /**
     * Stops {@link ConnectionHandler.Events#received}, and {@link ConnectionHandler.Events#ended} behind it, until
     * {@link #resume}; TCP holds the client back. Called from outside a callback, one that runs already goes on.
     */
    void pause();

    /** Undoes {@link #pause}. */
    void resume();

    /**
     * Runs the task like a callback: after those before it, never beside one, and never before this returns. What it throws is the
     * handler's failure. It is dropped when the connection is closed.
     */
    void execute(Runnable task);

    /**
     * Sends what is queued and then tells the client that no more comes, while reading goes on. Where that is not possible (on some containers, and
     * over TLS before 1.3), everything queued is sent and the client sees the end when the connection closes.
     */
    void endOutput();

    /** Sends what is queued, within the closing time, and closes. Bytes that arrive meanwhile are dropped. */
    void close();

    /**
     * As {@link #close()}, for a protocol whose both sides have finished, as after two Close frames: what is
     * queued is sent, and then the client's end is not awaited. If it were to send on, a reset could cost it what it has not read.
     */
    default void conclude() {
        close();
    }

    /**
     * As {@link #close()}, with a cause of the handler's own for {@link ConnectionHandler.Events#closed}. The first
     * close that is requested counts.
     */
    void close(CloseCause cause);

    /** Closes at once with {@link CloseCause.Kind#EVICTED}; what is queued is lost. */
    void evict();

    /**
     * The client's bytes; -1 after its end, and when the application stops. Reading throws an {@link java.io.IOException} once
     * the connection has ended otherwise, or the thread is interrupted. Closing it closes the connection.
     *
     * @throws IllegalStateException when the handler is no {@link ConnectionHandler.Blocking}
     */
    InputStream input();

    /**
     * Bytes for the client: writing blocks while the queue is full, and {@code flush} does nothing, for bytes are sent at once.
     * Writing throws an {@link java.io.IOException} once they would be dropped. Closing it is {@link #endOutput}.
     *
     * @throws IllegalStateException when the handler is no {@link ConnectionHandler.Blocking}
     */
    OutputStream output();

    /**
     * What a protocol library needs beside this.
     *
     * @throws UnsupportedOperationException when this is no connection of Changeover's
     */
    default AdvancedConnection advanced() {
        throw new UnsupportedOperationException("Only a connection that Changeover has switched has an advanced view; this is " + getClass().getName());
    }
}
