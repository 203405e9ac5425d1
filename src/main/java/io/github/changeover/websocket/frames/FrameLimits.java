package io.github.changeover.websocket.frames;

/**
 * How much is taken from a peer before {@code 1009} ends the connection. Nothing is allocated on a promise: these bound what
 * a peer can make us hold by sending it.
 *
 * @param frame   octets of a data frame's payload as it is on the wire, compressed or not
 * @param message octets of a message's payload, all its fragments together, inflated
 */
public record FrameLimits(int frame, int message) {
    /** What an array can hold beside a header. */
    public static final int LARGEST = Integer.MAX_VALUE - 64;

    /**
     * For messages of up to this many bytes, inflated: a frame may be as long as deflate can make such a message, an eighth and a 64th longer and some
     * bytes (zlib's {@code deflateBound}). What is not compressed is bounded by {@code message} alone; of what is, only the inflated bytes are kept.
     */
    public static FrameLimits ofMessages(int bytes) {
        return new FrameLimits((int) Math.min(LARGEST, bytes + bytes / 8L + bytes / 64L + 64), bytes);
    }

    /** @throws IllegalArgumentException for a bound below 1 or above {@link #LARGEST} */
    public FrameLimits {
        require("frame", frame);
        require("message", message);
    }

    private static void require(String name, int octets) {
        if (octets < 1 || octets > LARGEST) throw new IllegalArgumentException("The " + name + " bound is from 1 to " + LARGEST + " octets, not " + octets);
    }
}
