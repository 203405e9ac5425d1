package io.github.changeover.websocket.frames;

/**
 * The sizes that are accepted from a peer before {@code 1009} closes the connection. Memory is allocated only for bytes that have arrived, not for
 * announced lengths. Therefore these limits bound the memory that a peer can occupy by sending.
 *
 * @param frame   bytes of a data frame's payload as it is on the wire, compressed or not
 * @param message bytes of a message's payload, all its fragments together, inflated
 */
public record FrameLimits(int frame, int message) {
    /** The largest payload that fits into an array together with a header. */
    public static final int LARGEST = Integer.MAX_VALUE - 64;

    /**
     * Returns the limits for messages of at most this many bytes, inflated. A frame may be as long as the compressed form of such a message can be: longer
     * by an eighth, a 64th and 64 bytes (compare zlib's {@code deflateBound}). Uncompressed data is limited by {@code message} alone. Of compressed data,
     * only the inflated bytes are kept.
     */
    public static FrameLimits ofMessages(int bytes) {
        return new FrameLimits((int) Math.min(LARGEST, bytes + bytes / 8L + bytes / 64L + 64), bytes);
    }

    /** @throws IllegalArgumentException if a limit is below 1 or above {@link #LARGEST} */
    public FrameLimits {
        require("frame", frame);
        require("message", message);
    }

    private static void require(String name, int bytes) {
        if (bytes < 1 || bytes > LARGEST) throw new IllegalArgumentException("The " + name + " limit must be from 1 to " + LARGEST + " bytes, not " + bytes);
    }
}
