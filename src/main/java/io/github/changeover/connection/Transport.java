package io.github.changeover.connection;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * The bytes of one connection, as a container's edge gives them. Nothing here blocks. {@link #read} is called by one
 * thread at a time, and so are {@link #write}, {@link #requestWritable} and {@link #endOutput}; reading and writing may run at once, on any thread.
 */
public interface Transport {
    /** What became of {@link #endOutput}. */
    enum EndOutput {
        /** The client will see the end behind all output. */
        SENT,
        /** It waits for room: as after a refused write, the connection asks to be called and then calls again. */
        WAITING,
        /** The output cannot be ended apart from the connection. */
        UNSUPPORTED
    }

    /** Where buffers to read into come from; best shared by all connections of an edge. */
    Scratch scratch();

    /**
     * Whether the threads on which this transport calls {@link LiveConnection#open}, {@link LiveConnection#readable} and
     * {@link LiveConnection#writable} may run handler code, which may block. If not, it runs on the callback pool.
     */
    default boolean runsCallbacks() {
        return true;
    }

    /**
     * Reads what is there.
     *
     * @return the number of bytes; 0 when nothing is there now: then {@link LiveConnection#readable()} is called once something is;
     *         -1 after the client's end
     */
    int read(ByteBuffer into) throws IOException;

    /** As {@link #read}, when nothing will be read after it: the connection need not be called. */
    default int readLast(ByteBuffer into) throws IOException {
        return read(into);
    }

    /**
     * Takes as many bytes as can be sent without blocking, perhaps none. After a refused write an empty buffer asks whether what was
     * taken before has been sent. May be called again at any time after a refusal.
     *
     * @return whether everything was sent; after {@code false}, {@link #requestWritable} asks for a call once more can
     */
    boolean write(ByteBuffer from) throws IOException;

    /** After a refused write: {@link LiveConnection#writable()} is called once more can be sent. A transport that calls without being asked does nothing here. */
    default void requestWritable() throws IOException {
    }

    /**
     * Tells the client that no more comes. Called after everything was written, again after {@link EndOutput#WAITING}, and perhaps once more for a close.
     *
     * @param closing whether nothing that the client sends is of use any more: over TLS before 1.3 the end of one side ends the other as well
     */
    EndOutput endOutput(boolean closing) throws IOException;

    /** Releases the connection after everything was written. From any thread, never throws, may be called again. */
    void close();

    /** Ends the connection at once, whatever is unsent. From any thread, never throws, may be called again. */
    void abort();
}
