package io.github.changeover.bench.client;

import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** Collects the head of a response until it is complete. */
final class HeadReader {
    private static final int LONGEST = 8 * 1024;
    private final byte[] bytes = new byte[LONGEST];
    private int length;

    /** Reads bytes up to the end of the head. Returns the index after the last byte that was read. */
    int take(byte[] from, int start, int end) throws IOException {
        int at = start;
        while (at < end && !isWhole()) {
            if (length == LONGEST) throw new IOException("the head of an answer does not end");
            bytes[length++] = from[at++];
        }
        return at;
    }

    boolean isWhole() {
        return length >= 4 && bytes[length - 1] == '\n' && bytes[length - 2] == '\r' && bytes[length - 3] == '\n' && bytes[length - 4] == '\r';
    }

    int length() {
        return length;
    }

    byte[] bytes() {
        return bytes;
    }

    void clear() {
        length = 0;
    }

    @Override
    public String toString() {
        return new String(bytes, 0, length, StandardCharsets.ISO_8859_1);
    }
}
