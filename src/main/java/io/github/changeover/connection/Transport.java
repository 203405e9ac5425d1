package io.github.changeover.connection;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * The octets of one connection, as an edge gives them. Nothing here blocks. {@link #read} is called by one
 * thread at a time, and so is {@link #write}; both may run at once, on any thread.
 */
public interface Transport {
    /** Where buffers to read into come from; best shared by all connections of an edge. */
    Scratch scratch();

    /**
     * Reads what is there.
     *
     * @return the number of octets; 0 when none is there now: then {@link LiveConnection#readable()} is called once some are;
     *         -1 after the peer's end
     */
    int read(ByteBuffer into) throws IOException;

    /** As {@link #read}, when nothing will be read after it: the connection need not be told what comes. */
    default int readLast(ByteBuffer into) throws IOException {
        return read(into);
    }

    /**
     * Takes as many octets as go out without blocking, perhaps none: after {@link LiveConnection#writable()} an empty buffer
     * asks whether what was taken before is out.
     *
     * @return whether all went out; after {@code false}, {@link LiveConnection#writable()} is called once more can,
     *         and nothing is written before
     */
    boolean write(ByteBuffer from) throws IOException;

    /**
     * Tells the peer that no more comes. Called once, after everything was written.
     *
     * @return whether the container can do that
     */
    boolean endOutput() throws IOException;

    /** Releases the connection after everything was written. From any thread, never throws, may be called again. */
    void close();

    /** Ends the connection at once, whatever is unsent. From any thread, never throws, may be called again. */
    void abort();
}
