package io.github.changeover.spi;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.IntConsumer;
import java.util.function.Supplier;

/**
 * The view of a connection for protocol libraries. {@link SwitchedConnection} is enough for most handlers. This view adds atomic sends, sends with a
 * separate limit, deferred messages, the memory budget of the application, and timeouts. {@link SwitchedConnection#advanced()} returns it. Only
 * Changeover implements this interface, because methods may be added.
 *
 * <h2>Threading</h2>
 * The rules of {@link SwitchedConnection} apply. Of the methods that this interface adds, only {@link #awaitWritable} blocks.
 */
public interface AdvancedConnection extends SwitchedConnection {
    /**
     * Sends all of the bytes after all earlier ones, or sends nothing if more than {@code mostQueued} bytes would then wait. Such a send never
     * fails with {@link CloseCause.Kind#OVERFLOW}, even if {@link #send} has returned {@code false} before. Once the connection is closing, the
     * bytes are dropped and {@code sent} runs with a failure.
     *
     * @param sent       as for {@link #send(ByteBuffer, Completion)}; or null
     * @param mostQueued limit in bytes
     * @return {@code true} if the bytes were accepted or dropped; {@code false} if they would exceed the limit: then the buffer is unchanged and
     *         {@code sent} does not run
     */
    boolean trySend(ByteBuffer bytes, Completion sent, long mostQueued);

    /** Sends bytes that other connections send as well, as {@link #trySend(ByteBuffer, Completion, long)}. Bytes that must wait are queued by reference. */
    boolean trySend(SharedBytes bytes, Completion sent, long mostQueued);

    /**
     * Runs several sends atomically: sends of other threads come before or after all of them. No callback of this connection runs on
     * the calling thread until this method returns. Use it if several sends must stay in order, such as fragments or compressed messages.
     *
     * @param sends must not block; {@link #awaitWritable} with a duration of zero returns whether there is room
     * @return the result of {@code sends}
     */
    <T> T sendAtomically(Supplier<T> sends);

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
     * A message that is sent only when all earlier bytes have been written. Until then it can be withdrawn. Protocol libraries implement
     * this interface. Its methods may be called on any thread, while no other thread sends or writes. They must not block and must not
     * call application code.
     */
    interface Deferred {
        /** The size of the message in bytes. It also counts against {@code changeover.memory.max}. It must not change and must be at least 1. */
        int bytes();

        /**
         * Whether the message counts for {@link AdvancedConnection#isFull}. If not, the protocol limits such messages itself: they may wait for long without pausing
         * what the handler sends and receives. It must not change.
         */
        default boolean fillsQueue() {
            return true;
        }

        /**
         * Sends the message with {@link AdvancedConnection#trySend}.
         *
         * @return {@code true} if the message is finished; {@code false} if it may not be sent now: then {@link #sendDeferred} must be called as
         *         soon as it may be sent
         */
        boolean send();

        /** Called once if the message will never be sent, with the reason. */
        void lost(IOException why);
    }

    /** Defers the message; it is sent after all other deferred messages. Returns whether it was accepted: {@code false} once the connection is closing. */
    boolean defer(Deferred message);

    /** Withdraws a message. Returns whether it was still deferred; if so, none of its methods is called any more. */
    boolean withdraw(Deferred message);

    /** Whether there are deferred messages. */
    boolean hasDeferred();

    /** Whether the last write could not send all bytes, because the client does not read fast enough. */
    boolean isBehind();

    /** Sends as many deferred messages as can be written now. */
    void sendDeferred();

    /**
     * Puts all deferred messages into the queue, so that other bytes can be sent after them. If a message may not be sent now, it and those after it
     * are lost.
     *
     * @param why passed to {@link Deferred#lost}
     */
    void queueDeferred(IOException why);

    /** Calls {@link Deferred#lost} for all deferred messages. */
    void dropDeferred(IOException why);

    /** Whether the queue limit ({@code changeover.queue.max}) was exceeded, so that {@link ConnectionHandler.Events#writable} will be called. */
    boolean isFull();

    /**
     * Counts memory that the protocol holds for this connection, such as an unfinished message, against {@code changeover.memory.max}. Bytes that
     * wait to be sent are already counted. All charged bytes must be released, at the latest in {@link ConnectionHandler.Events#closed}.
     *
     * @return whether the connection may continue; if {@code false}, it is being closed with {@link CloseCause.Kind#MEMORY}: release the memory
     */
    boolean charge(long bytes);

    /** Undoes {@link #charge} for this number of bytes. */
    void release(long bytes);

    /**
     * Sets how many of the charged bytes are in use by application code, such as a message that is being delivered. They cannot be released before a
     * callback returns. 0 if there are none.
     */
    void pin(long bytes);

    /**
     * Reports how many bytes of an unfinished message have arrived; 0 if no message is in progress. If the message grows by less than
     * {@code changeover.stall.min} bytes within {@code changeover.stall}, while the connection reads, the connection ends: see
     * {@link ConnectionHandler.Events#rejected}.
     */
    void unfinishedMessage(long bytes);

    /**
     * The time without a byte in either direction after which {@link ConnectionHandler.Events#idle} is called; zero for never. The default is the
     * setting of the path ({@code changeover.path.TEMPLATE.idle}), or else {@code changeover.idle}.
     */
    Duration idleTime();

    /** Sets the {@link #idleTime()} of this connection; zero or less for never. The time is measured from the last byte. */
    void idleTime(Duration time);

    /**
     * From now on, sends a ping when there was no byte in either direction for the time {@code after}. If no byte at all arrives from the client within
     * the time {@code answer} after the ping, while the connection reads, {@link ConnectionHandler.Events#rejected} is called with
     * {@link CloseCause.Kind#UNANSWERED}. The bytes of a ping do not count as activity of the connection. No ping is sent while bytes wait to be sent,
     * or while the connection is closing.
     *
     * @param after  greater than zero
     * @param answer greater than zero
     * @param ping   sends the ping. It is called on a thread of Changeover, also while a callback runs. It must not block, and must not call
     *               application code on this thread
     */
    void pingWhenQuiet(Duration after, Duration answer, Ping ping);

    /** Sends a ping. Protocol libraries implement this interface. */
    interface Ping {
        /**
         * Sends a ping, or sends nothing, on this thread or on another one.
         *
         * @param sent must be called once, on any thread, with the number of bytes that were sent. No other ping is sent before. If it is not called
         *             within 10 seconds, or within {@code answer} if that is longer, the ping counts as sent
         */
        void send(IntConsumer sent);
    }

    /**
     * Reports how long the client took to answer the last ping, for metrics and for the console.
     *
     * @param time from the send of the ping to the arrival of its answer
     */
    void pingAnswered(Duration time);

    /**
     * From now on, ends the connection at a given time: {@link ConnectionHandler.Events#rejected} is called with {@link CloseCause.Kind#EXPIRED}. The
     * time may change.
     *
     * @param until returns the time, or null if there is none. It is called several times a second and must return immediately
     */
    void endsAt(Supplier<Instant> until);

    /**
     * Sets the {@link CloseNotice}. It sends the last bytes if the connection must end and its handler cannot be called in time, because a callback has been
     * running for too long. It is used if {@link ConnectionHandler.Events#idle}, {@code rejected} or {@code drain} did not lead to a close in time.
     *
     * @param notice sends the last bytes. It is called on a thread of Changeover, also while a callback runs. It must not block, and must not call
     *             application code on this thread
     */
    void beforeClose(CloseNotice notice);

    /**
     * Returns why the server has requested the handler to close this connection, with {@link ConnectionHandler.Events#drain}, {@code idle} or
     * {@code rejected}: the first cause if there were several; empty if the server has not requested it.
     */
    Optional<CloseCause> requestedCause();

    /**
     * Closes as {@link #close()}, for a protocol in which both sides have finished, such as after two Close frames: the queued bytes are
     * sent, and the connection is closed without waiting for the client to end its side. If bytes of the client are unread at that time,
     * the connection waits as {@code close()} does: otherwise a reset could discard bytes that the client has not read yet.
     */
    void closeWithoutLinger();

    /**
     * Runs the action once, when the socket is closed; immediately if it is closed already. It runs before {@link ConnectionHandler.Events#closed}.
     *
     * @param action called on any thread. It must not block, and must not call application code on this thread
     */
    void whenClosed(Runnable action);

    /** Sends the last bytes of a connection. Protocol libraries implement this interface. */
    interface CloseNotice {
        /**
         * Sends the last bytes, unless they were sent before. Called at most once for a connection.
         *
         * @param cause why the connection ends
         * @param close closes the connection after these bytes. It must be run afterwards, on any thread. If it is not run within about 400 ms, the
         *              connection is closed without it
         */
        void send(CloseCause cause, Runnable close);
    }

    /**
     * For a protocol that runs application code outside the callbacks of the connection: begins a CDI request scope on this thread, if CDI is available.
     * If the container keeps the authenticated user on the thread, this also sets the user of the connection's request.
     *
     * @return ends the scope; must be called on the same thread
     */
    Runnable beginScope();

    /**
     * For a callback that calls application code several times, such as once for each message: ends the current CDI request scope and begins a new
     * one, if CDI is available. Outside a callback this does nothing.
     */
    void renewScope();
}
