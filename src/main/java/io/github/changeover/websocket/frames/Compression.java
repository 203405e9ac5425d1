package io.github.changeover.websocket.frames;

import java.util.zip.Deflater;

/**
 * How the server compresses its messages, where permessage-deflate is agreed on: RFC 7692 leaves both to the sender.
 *
 * @param level    of zlib, 1 (fastest) to 9 (smallest)
 * @param smallest bytes of the shortest message that is compressed. A message that is sent in fragments is always compressed, because its length is
 *                 not known when its first frame leaves
 */
public record Compression(int level, int smallest) {
    /** As zlib has it; and a message of less than 64 bytes fits into a packet in any case, whose headers are as long. */
    public static final Compression USUAL = new Compression(6, 64);

    /** @throws IllegalArgumentException for a level that zlib does not have, or a negative length */
    public Compression {
        if (level < Deflater.BEST_SPEED || level > Deflater.BEST_COMPRESSION) throw new IllegalArgumentException("The level is from 1 to 9, not " + level);
        if (smallest < 0) throw new IllegalArgumentException("The shortest message that is compressed has 0 bytes or more, not " + smallest);
    }
}
