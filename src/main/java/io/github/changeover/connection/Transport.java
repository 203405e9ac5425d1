package io.github.changeover.connection;

import io.github.changeover.buffers.BufferPool;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Reads and writes the bytes of one connection; implemented by the adapter of each container. No method blocks. Only one thread at a time calls
 * {@link #read}. Only one thread at a time calls {@link #write}, {@link #requestWritable} or {@link #endOutput}. A read and a write may run at the same
 * time. All methods may be called on any thread.
 */
public interface Transport {
    /** The result of {@link #endOutput}. */
    enum EndOutput {
        /** The client will see the end of the output after all bytes. */
        SENT,
        /** The end cannot be sent yet. As after an incomplete write, the connection calls {@link #requestWritable} and later calls this method again. */
        WAITING,
        /** A half-close is not possible: the output ends when the connection closes. */
        UNSUPPORTED
    }

    /** The pool of buffers to read into. All connections of an adapter should share one pool. */
    BufferPool readBuffers();

    /**
     * Whether the threads on which this transport calls {@link TransportConnection#open}, {@link TransportConnection#readable} and
     * {@link TransportConnection#writable} may run handler code, which may block. If not, handler code runs on the callback pool.
     */
    default boolean runsCallbacks() {
        return true;
    }

    /**
     * Reads the bytes that are available.
     *
     * @return the number of bytes; 0 if none are available: then {@link TransportConnection#readable()} is called when bytes are available;
     *         -1 after the client has ended its side
     */
    int read(ByteBuffer into) throws IOException;

    /** Reads as {@link #read}, for a last read: {@link TransportConnection#readable()} need not be called after it. */
    default int readLast(ByteBuffer into) throws IOException {
        return read(into);
    }

    /**
     * Reads as many bytes from the buffer as can be sent without blocking; this may be none. If it returned {@code false} before, a call with an empty
     * buffer checks whether the bytes that were accepted before have been sent. After {@code false} it may be called again at any time.
     *
     * @return {@code true} if all bytes were sent; {@code false} if not: then {@link #requestWritable} requests a call when more can be sent
     */
    boolean write(ByteBuffer from) throws IOException;

    /**
     * Requests a call of {@link TransportConnection#writable()} when more bytes can be sent; called after {@link #write} returned {@code false}. A transport
     * that calls it without a request does nothing here.
     */
    default void requestWritable() throws IOException {
    }

    /**
     * Ends the output (half-close). Called after all bytes were written, again after {@link EndOutput#WAITING}, and possibly once more for a close.
     *
     * @param closing whether bytes from the client are no longer needed. Over TLS before 1.3, the end of one side also ends the other side
     */
    EndOutput endOutput(boolean closing) throws IOException;

    /**
     * Returns whether the container has closed the socket. Some containers report that to nobody when their connector is stopped, so the monitor asks
     * regularly.
     */
    default boolean isClosedByContainer() {
        return false;
    }

    /**
     * No byte has been sent or received for some time: the transport may release what it needs for traffic only. Called on a thread that may call the
     * container, at most once for each connection.
     */
    default void idle() {
    }

    /**
     * Whether {@link #close}, called now, would end the output without delay, so that {@link #endOutput} before it would only be a further system call. Called
     * after all bytes were written.
     */
    default boolean closesAtOnce() {
        return false;
    }

    /** Closes the connection after all bytes were written. May be called on any thread and more than once. Must not throw. */
    void close();

    /** Closes the connection immediately; unsent bytes are lost. May be called on any thread and more than once. Must not throw. */
    void abort();
}
