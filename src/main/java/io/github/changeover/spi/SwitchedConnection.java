package io.github.changeover.spi;

import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.function.Supplier;

/**
 * A connection that has been switched from HTTP/1.1 to another protocol.
 *
 * <h2>Threading</h2>
 * <ul>
 * <li>Every method may be called from any thread. No method blocks, except {@link #awaitWritable} and the methods of the streams.
 * <li>No method runs handler code of this connection or of another connection before it returns. Callbacks, tasks and completions that result
 *     from a call run later, on a thread of the container or of the callback pool (see {@link ConnectionHandler}). So a loop
 *     over connections may send to each and close each, independently of their handlers. {@code send} may write bytes on the thread of the caller.
 * <li>Bytes that a callback sends in its first millisecond are buffered, so that small sends are written together. They are written when the
 *     callback returns, or after some milliseconds. Later sends of the callback are written immediately.
 * </ul>
 */
public interface SwitchedConnection {
    /** The identifier of the connection, unique within the application; used in log lines. */
    String id();

    /** The upgrade request. */
    UpgradeRequest request();

    /** The chosen token, in the spelling of {@link UpgradeProtocol#tokens()}, also if the client used another spelling. */
    ProtocolToken protocol();

    /**
     * Sends the bytes after all earlier ones. They are written or copied before this returns. Then the buffer has no remaining bytes and the
     * caller may use it again. Once the connection is closing, or its output has ended, the bytes are dropped.
     *
     * @return whether more bytes may be sent now; after {@code false} wait for {@link ConnectionHandler.Events#writable}, which is
     *         not called if the bytes were dropped
     * @throws IllegalStateException if after {@code false} the queue would grow by more than {@code changeover.queue.max} further bytes;
     *                               the connection is then closed with {@link CloseCause.Kind#OVERFLOW}
     */
    default boolean send(ByteBuffer bytes) {
        return send(bytes, null);
    }

    /**
     * Sends the bytes as {@link #send(ByteBuffer)}. If {@code sent} is not null, it runs once: with null when the last byte was written to the
     * container, or with the reason if the bytes will never be sent. It runs like a callback, after the completions of earlier sends and before
     * {@link ConnectionHandler.Events#closed}. If this method throws, nothing was accepted, and {@code sent} does not run.
     */
    boolean send(ByteBuffer bytes, Completion sent);

    /**
     * Called when bytes have been sent, or when it is certain that they will not be sent. The completions of small sends from threads outside the
     * callbacks may run together, some milliseconds later. If a thread waits for a completion, use an {@link ImmediateCompletion}.
     */
    @FunctionalInterface
    interface Completion {
        /** @param failure null if the bytes were sent */
        void done(Throwable failure);
    }

    /**
     * A completion that may run immediately on any thread, such as the thread that writes the last byte, also while a callback of the connection runs.
     * Use it to complete a future or to release a permit. It must not block, must not throw, and must not run application code.
     */
    @FunctionalInterface
    interface ImmediateCompletion extends Completion {
    }

    /**
     * Runs several sends atomically: sends of other threads come before or after all of them. No callback of this connection runs on
     * the calling thread until this method returns. Use it if several sends must stay in order, such as fragments or compressed messages.
     *
     * @param sends must not block; {@link #awaitWritable} with a duration of zero returns whether there is room
     * @return the result of {@code sends}
     */
    <T> T sendAtomically(Supplier<T> sends);

    /** The number of bytes that were accepted and are not yet written to the container. */
    long queued();

    /**
     * Blocks until a {@link #send} of this many bytes cannot fail with {@link CloseCause.Kind#OVERFLOW}. Use it for an API whose sends must block, such as
     * Jakarta WebSocket. It may be called in a callback; queued bytes are still written. If this call waited,
     * {@link ConnectionHandler.Events#writable} may not be called for the earlier {@code false}.
     *
     * @param atMost any duration, including {@code ChronoUnit.FOREVER.getDuration()}
     * @return {@code true} if there is room and bytes are still accepted; {@code false} after {@code atMost}, or if the connection is closing
     * @throws InterruptedException if the thread is interrupted while it waits
     */
    boolean awaitWritable(long bytes, Duration atMost) throws InterruptedException;

    /**
     * Stops calls of {@link ConnectionHandler.Events#received} and the following {@link ConnectionHandler.Events#ended} until
     * {@link #resume}. Meanwhile TCP flow control stops the client. If this is called outside a callback, a running callback is not affected.
     */
    void pause();

    /** Undoes {@link #pause}. */
    void resume();

    /**
     * Runs the task like a callback: after earlier tasks, never at the same time as a callback, and never before this method returns. If the task
     * throws, this is a failure of the handler. The task is dropped if the connection is closed.
     */
    void execute(Runnable task);

    /**
     * Sends the queued bytes and then ends the output (half-close); reading continues. If a half-close is not possible (on some containers, and
     * over TLS before 1.3), the queued bytes are sent and the client sees the end when the connection closes.
     */
    void endOutput();

    /** Sends the queued bytes, at most for the closing time ({@code changeover.closing}), and closes. Bytes that arrive meanwhile are dropped. */
    void close();

    /**
     * Closes as {@link #close()}, for a protocol in which both sides have finished, such as after two Close frames: the queued bytes are
     * sent, and the connection is closed without waiting for the client to end its side. If the client still sends, a reset could
     * discard bytes that it has not read yet.
     */
    default void closeWithoutLinger() {
        close();
    }

    /**
     * Closes as {@link #close()}, with this cause for {@link ConnectionHandler.Events#closed}. If a close was requested
     * before, this call has no effect.
     */
    void close(CloseCause cause);

    /** Closes immediately with {@link CloseCause.Kind#EVICTED}; queued bytes are lost. */
    void abort();

    /**
     * The stream of bytes from the client. A read returns -1 after the client has ended its side, when the application stops or is being
     * drained, and when the lifetime of the connection is over. It throws an {@link java.io.IOException} if the connection has ended for another reason,
     * or if the thread is interrupted. Closing the stream closes the connection.
     *
     * @throws IllegalStateException if the handler is not a {@link ConnectionHandler.Blocking}
     */
    InputStream input();

    /**
     * The stream of bytes to the client. A write blocks while the queue is full. {@code flush} does nothing, because bytes are sent immediately.
     * A write throws an {@link java.io.IOException} if the bytes would be dropped. Closing the stream calls {@link #endOutput}.
     *
     * @throws IllegalStateException if the handler is not a {@link ConnectionHandler.Blocking}
     */
    OutputStream output();

    /**
     * Returns the view of this connection for protocol libraries.
     *
     * @throws UnsupportedOperationException if this connection was not created by Changeover
     */
    default AdvancedConnection advanced() {
        throw new UnsupportedOperationException("Only a connection that Changeover has switched has an advanced view; this is " + getClass().getName());
    }
}
