package io.github.changeover.spi;

import java.nio.ByteBuffer;

/**
 * A connection that has been switched from HTTP/1.1 to another protocol. A {@link ConnectionHandler.Blocking} has a {@link BlockingConnection},
 * which adds streams. Only Changeover implements this interface, because methods may be added; a test gets one from the test kit.
 *
 * <h2>Threading</h2>
 * <ul>
 * <li>Every method may be called from any thread. No method blocks.
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

    /** Sends bytes that other connections send as well, as {@link #send(ByteBuffer)}. Bytes that must wait are queued by reference. */
    default boolean send(SharedBytes bytes) {
        return send(bytes, null);
    }

    /** Sends bytes that other connections send as well, as {@link #send(ByteBuffer, Completion)}. Bytes that must wait are queued by reference. */
    boolean send(SharedBytes bytes, Completion sent);

    /**
     * Called when bytes have been sent, or when it is certain that they will not be sent. Applications implement this interface. For
     * small sends from threads outside the callbacks, completions may run some milliseconds later, several at a time. If a thread waits
     * for a completion, use an {@link ImmediateCompletion}.
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

    /** The number of bytes that were accepted and are not yet written to the container. */
    long queued();

    /**
     * Stops calls of {@link ConnectionHandler.Events#received} and the following {@link ConnectionHandler.Events#ended} until
     * {@link #resume}. During this time TCP flow control stops the client. If this is called outside a callback, a running callback is not
     * affected.
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

    /**
     * Sends the queued bytes, at most for the closing time ({@code changeover.closing}), ends the output, waits until the client ends its
     * side, at most for {@code changeover.linger}, and closes. Bytes that arrive in this time are dropped.
     */
    void close();

    /**
     * Closes as {@link #close()}, with this cause for {@link ConnectionHandler.Events#closed}. If a close was requested
     * before, this call has no effect.
     */
    void close(CloseCause cause);

    /** Closes immediately with {@link CloseCause.Kind#EVICTED}, by a reset if the container supports it; queued bytes are lost. */
    void abort();

    /** Returns the view of this connection for protocol libraries. */
    AdvancedConnection advanced();
}
