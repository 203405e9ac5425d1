package io.github.changeover.websocket.frames;

import java.util.zip.Deflater;

/**
 * How the server compresses its messages if permessage-deflate is agreed on. RFC 7692 leaves both parameters to the sender.
 *
 * @param level    the zlib level, 1 (fastest) to 9 (smallest)
 * @param smallest the length, in bytes, of the shortest message that is compressed. A message that is sent in fragments is always compressed, because its
 *                 length is unknown when its first frame is sent
 * @param sharing  which connections share the result if a message is sent to several of them
 */
public record Compression(int level, int smallest, Sharing sharing) {
    /** Which connections compress a common message once for all of them. */
    public enum Sharing {
        /** Each connection compresses it. */
        NONE,
        /** The connections whose window is empty before each message. */
        WITHOUT_CONTEXT,
        /** Also the connections that keep their window. They then lose it. */
        ALL
    }

    /** The default level of zlib, and 64 bytes. A shorter message fits into one packet in any case, and the packet's headers are as long as the message. */
    public static final Compression DEFAULT = new Compression(6, 64);

    /** @throws IllegalArgumentException if zlib does not support the level, or the length is negative */
    public Compression {
        if (level < Deflater.BEST_SPEED || level > Deflater.BEST_COMPRESSION) throw new IllegalArgumentException("The compression level must be from 1 to 9, not " + level);
        if (smallest < 0) throw new IllegalArgumentException("The minimum size of a compressed message must be 0 bytes or more, not " + smallest);
    }

    /** With {@link Sharing#WITHOUT_CONTEXT}. */
    public Compression(int level, int smallest) {
        this(level, smallest, Sharing.WITHOUT_CONTEXT);
    }
}
