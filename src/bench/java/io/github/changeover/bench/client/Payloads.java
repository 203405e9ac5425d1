package io.github.changeover.bench.client;

import java.nio.ByteBuffer;
import java.util.Random;

/**
 * The messages that a connection sends repeatedly. They differ, so that a lost, repeated or misplaced message is detected.
 * The buffers contain all of them twice, one after the other, so that any sequence of consecutive messages is one range.
 */
final class Payloads {
    private static final int LEAST = 4;
    private static final int SEED = 6455;
    private final int count;
    private final int size;
    private final int wireSize;
    private final byte[] expected;
    private final ByteBuffer wire;

    private Payloads(int count, int size, int header) {
        this.count = count;
        this.size = size;
        this.wireSize = size + header;
        this.expected = new byte[2 * count * size];
        this.wire = ByteBuffer.allocateDirect(2 * count * wireSize);
    }

    /** Chunks without frames. */
    static Payloads raw(int size, int inFlight) {
        Payloads payloads = new Payloads(Math.max(LEAST, inFlight), size, 0);
        payloads.fill(false, false);
        return payloads;
    }

    /** Masked frames, each with a different key. */
    static Payloads frames(boolean text, int size, int inFlight) {
        Payloads payloads = new Payloads(Math.max(LEAST, inFlight), size, 6 + (size < 126 ? 0 : size < 65536 ? 2 : 8));
        payloads.fill(text, true);
        return payloads;
    }

    private void fill(boolean text, boolean framed) {
        Random random = new Random(SEED);
        byte[] key = new byte[4];
        for (int i = 0; i < count; i++) {
            payload(random, text, i);
            if (framed) {
                random.nextBytes(key);
                header(text, key);
            }
            for (int j = 0; j < size; j++) wire.put((byte) (expected[i * size + j] ^ key[j & 3]));
        }
        System.arraycopy(expected, 0, expected, count * size, count * size);
        wire.put(wire.duplicate().flip());
    }

    private void header(boolean text, byte[] key) {
        wire.put((byte) (text ? 0x81 : 0x82));
        if (size < 126) wire.put((byte) (0x80 | size));
        else if (size < 65536) wire.put((byte) (0x80 | 126)).putShort((short) size);
        else wire.put((byte) (0x80 | 127)).putLong(size);
        wire.put(key);
    }

    private void payload(Random random, boolean text, int index) {
        byte[] payload = new byte[size];
        random.nextBytes(payload);
        if (text) {
            for (int i = 0; i < size; i++) payload[i] = (byte) (' ' + (payload[i] & 0x3f));
        }
        System.arraycopy(payload, 0, expected, index * size, size);
    }

    int count() {
        return count;
    }

    int size() {
        return size;
    }

    /** Returns the number of bytes of one message on the wire. */
    int wireSize() {
        return wireSize;
    }

    /** Returns all payloads, twice. */
    byte[] expected() {
        return expected;
    }

    ByteBuffer wire() {
        return wire.duplicate();
    }
}
