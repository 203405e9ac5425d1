package io.github.changeover.spi;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.function.IntConsumer;
import java.util.function.Supplier;

/**
 * What a protocol library needs of a connection beside {@link SwitchedConnection}, which is enough for most handlers:
 * sends with a limit of their own, and the application's memory budget. From {@link SwitchedConnection#advanced()}. Not to be implemented by
 * applications: methods may be added.
 *
 * <p>Threading: as {@link SwitchedConnection}; nothing blocks.
 */
public interface AdvancedConnection extends SwitchedConnection {
    /**
     * Sends all of the bytes after all earlier ones, or nothing when more than {@code mostQueued} bytes would wait then. Such sends do not count
     * as ignoring a {@code false} of {@link #send}. Once the connection is closing they are dropped, and {@code sent} is told so.
     *
     * @param sent       as of {@link #send(ByteBuffer, Completion)}; or null
     * @param mostQueued bytes
     * @return whether they were accepted, or dropped; {@code false} when there is no room: then the buffer is untouched and {@code sent} does not run
     */
    boolean trySend(ByteBuffer bytes, Completion sent, long mostQueued);

    /**
     * A message that is not sent before the client has taken all that was sent earlier. Until then it can be taken back. Its methods run while nobody
     * else sends or writes, on any thread: they must not block, and must not call code of the application's.
     */
    interface Deferred {
        /** Bytes that it counts for, against {@code changeover.memory.max} too; always the same, and at least 1. */
        int bytes();

        /**
         * Sends it, by {@link AdvancedConnection#trySend}.
         *
         * @return whether it is done with; {@code false} when it may not be sent now: then {@link #sendDeferred} must be called when it may
         */
        boolean send();

        /** It will not be sent. */
        void lost(IOException why);
    }

    /** Has the message sent behind all others that are deferred. Returns whether it was accepted: not once the connection is closing. */
    boolean defer(Deferred message);

    /** Takes a message back. Returns whether it was still deferred: then none of its methods is called any more. */
    boolean withdraw(Deferred message);

    /** Whether messages are deferred. */
    boolean hasDeferred();

    /** Whether the client has not taken all that it was offered. */
    boolean isBehind();

    /** Sends as many deferred messages as the client takes. */
    void sendDeferred();

    /** Puts all deferred messages into the queue, so that others can be sent behind them; those that may not be sent now are lost. */
    void queueDeferred(IOException why);

    /** All deferred messages are lost. */
    void dropDeferred(IOException why);

    /** Whether more bytes wait than {@code changeover.queue.max}, so that {@link ConnectionHandler.Events#writable} will be called. */
    boolean isFull();

    /**
     * Counts bytes of memory that the protocol holds for this connection, such as a message that is not finished, against
     * {@code changeover.memory.max}. Bytes that wait to be sent are counted already. Everything that is charged must be released, at the latest in
     * {@link ConnectionHandler.Events#closed}.
     *
     * @return whether the connection may go on; if not, it is being closed with {@link CloseCause.Kind#MEMORY}: let go of what is held
     */
    boolean charge(long bytes);

    /** Undoes {@link #charge} for so many bytes. */
    void release(long bytes);

    /**
     * Of what is charged, so many bytes are in the hands of the application's code, as a message that is being delivered: they cannot be released before a
     * callback returns. 0 when none are.
     */
    void pin(long bytes);

    /**
     * A message is arriving and so many bytes of it have arrived; 0 when none is under way. One that grows by less than {@code changeover.stall.min} in
     * some {@code changeover.stall}, while the connection reads, ends the connection: see {@link ConnectionHandler.Events#rejected}.
     */
    void unfinishedMessage(long bytes);

    /**
     * Time without a byte in either direction after which {@link ConnectionHandler.Events#idle} is called: that of the path
     * ({@code changeover.path.TEMPLATE.idle}), or else {@code changeover.idle}, unless it was set here. Zero for never.
     */
    Duration idleTime();

    /** Sets the {@link #idleTime()} of this connection; zero or less for never. From any thread. It counts from the last byte. */
    void idleTime(Duration time);

    /**
     * From now on, has the client pinged after some time without a byte in either direction. If nothing at all comes from it for the time after that,
     * while the connection reads, {@link ConnectionHandler.Events#rejected} is called with {@link CloseCause.Kind#UNANSWERED}. What a ping sends does
     * not count as activity of the connection. There is none while bytes wait to be sent, or while the connection is closing.
     *
     * @param after  above zero
     * @param answer above zero
     * @param ping   has it sent, on a thread of ours, also while a callback runs; must not block, and must not call code of the application's there
     */
    void pingWhenQuiet(Duration after, Duration answer, Ping ping);

    /** Sends a ping. */
    interface Ping {
        /**
         * Sends it, or nothing, here or on another thread.
         *
         * @param sent to be told once how many bytes were sent for it, on any thread; no other ping is sent before
         */
        void send(IntConsumer sent);
    }

    /**
     * For the observers of the connection: how long the client took to answer the last ping.
     *
     * @param time between the ping's send and its answer's arrival
     */
    void pingAnswered(Duration time);

    /**
     * From now on, the connection ends when a time is reached, which may change: {@link ConnectionHandler.Events#rejected} is called with
     * {@link CloseCause.Kind#EXPIRED}.
     *
     * @param until asked several times a second for that time, null for none; must return at once
     */
    void endsAt(Supplier<Instant> until);

    /**
     * From now on, these are the connection's last bytes when it must end and its handler cannot be called, because a callback has been running for too long:
     * when nothing came of {@link ConnectionHandler.Events#idle}, {@code rejected} or {@code drain} in time.
     *
     * @param word says them, on a thread of ours, also while a callback runs; must not block, and must not call code of the application's there
     */
    void lastWord(LastWord word);

    /** Sends the last bytes of a connection. */
    interface LastWord {
        /**
         * Sends them, unless they were sent before. At most once for a connection.
         *
         * @param cause why it ends
         * @param close closes the connection behind them: to be run afterwards, on any thread. The connection does not wait for it for long
         */
        void say(CloseCause cause, Runnable close);
    }

    /**
     * Where the protocol itself runs code of the application's, on a thread that is in none of the connection's callbacks: begins a request scope of
     * CDI on this thread, where there is one, with the caller of the connection's request, where the container keeps that on threads.
     *
     * @return ends it, on the same thread
     */
    Runnable beginScope();

    /**
     * In a callback that makes several calls of the application's code, as for several messages: begins a new request scope of CDI, where there
     * is one. Elsewhere nothing happens.
     */
    void renewScope();
}
