package stress;

import java.nio.ByteBuffer;
import java.util.SplittableRandom;

/** The bytes generated from a seed. */
final class Pattern {
    private final SplittableRandom random;
    private final byte[] block = new byte[256];
    private int at = block.length;

    Pattern(long seed) {
        random = new SplittableRandom(seed);
    }

    private byte next() {
        if (at == block.length) {
            random.nextBytes(block);
            at = 0;
        }
        return block[at++];
    }

    /** Consumes the rest of the buffer. Returns whether it contains the next bytes. */
    boolean matches(ByteBuffer bytes) {
        while (bytes.hasRemaining()) {
            if (bytes.get() != next()) return false;
        }
        return true;
    }

    /** A frame: the number of the sender, the number of the frame, the length of its content, and the content. */
    static ByteBuffer frame(long seed, int sender, int number, int length) {
        byte[] content = new byte[length];
        new SplittableRandom(seed * 31 + sender * 1_000_003L + number).nextBytes(content);
        return ByteBuffer.allocate(7 + length).put((byte) sender).putInt(number).putShort((short) length).put(content).flip();
    }
}
