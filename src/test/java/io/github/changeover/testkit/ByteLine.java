package io.github.changeover.testkit;

import java.io.IOException;
import java.net.SocketTimeoutException;

/** The connection that a {@link Wire} uses: TCP, or bytes in memory. */
interface ByteLine {
    /**
     * Waits for at least one byte.
     *
     * @param deadline in nanoseconds, as {@link System#nanoTime()}
     * @return the number of bytes that were read, or -1 after the peer has ended its output
     * @throws SocketTimeoutException if no byte arrives before the deadline
     */
    int read(byte[] bytes, int offset, int length, long deadline) throws IOException;

    void write(byte[] bytes, int offset, int length) throws IOException;

    /** Ends the output with a FIN. Reading is still possible. */
    void endOutput() throws IOException;

    /** Sends a reset. */
    void reset() throws IOException;

    void close() throws IOException;

    /** Returns the milliseconds until the deadline, at least one. */
    static int left(long deadline) throws SocketTimeoutException {
        long millis = (deadline - System.nanoTime()) / 1_000_000;
        if (millis <= 0) throw new SocketTimeoutException("nothing more came in time");
        return (int) Math.min(millis, Integer.MAX_VALUE);
    }
}
