package io.github.changeover.testkit;

import java.io.IOException;
import java.net.SocketTimeoutException;

/** The bytes under a {@link Wire}. */
interface ByteLine {
    /**
     * Waits for at least one byte.
     *
     * @param deadline by {@link System#nanoTime()}
     * @return how many came, or -1 after the peer's end
     * @throws SocketTimeoutException when the deadline passes
     */
    int read(byte[] bytes, int offset, int length, long deadline) throws IOException;

    void write(byte[] bytes, int offset, int length) throws IOException;

    /** A FIN; reading goes on. */
    void endOutput() throws IOException;

    /** A reset. */
    void reset() throws IOException;

    void close() throws IOException;

    /** The milliseconds left, at least one. */
    static int left(long deadline) throws SocketTimeoutException {
        long millis = (deadline - System.nanoTime()) / 1_000_000;
        if (millis <= 0) throw new SocketTimeoutException("nothing more came in time");
        return (int) Math.min(millis, Integer.MAX_VALUE);
    }
}
