package io.github.changeover.websocket.frames;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Unmasks payloads: RFC 6455 section 5.3. A key is an int with its first byte in the lowest bits. Byte {@code i} of a payload is masked with byte
 * {@code i & 3} of the key.
 */
final class Masking {
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private Masking() {
    }

    static int key(byte[] bytes, int at) {
        return bytes[at] & 0xff | (bytes[at + 1] & 0xff) << 8 | (bytes[at + 2] & 0xff) << 16 | bytes[at + 3] << 24;
    }

    /** Returns the key for the part of the payload that starts at this index. */
    static int from(int key, int index) {
        return Integer.rotateRight(key, 8 * (index & 3));
    }

    /** Unmasks bytes from one array into another. Within one array, {@code to} must not be greater than {@code from}. */
    static void unmask(byte[] source, int from, byte[] target, int to, int length, int key) {
        long keys = key & 0xffffffffL | (long) key << 32;
        int i = 0;
        for (int last = length - Long.BYTES; i <= last; i += Long.BYTES) {
            LONG.set(target, to + i, (long) LONG.get(source, from + i) ^ keys);
        }
        for (; i < length; i++) target[to + i] = (byte) (source[from + i] ^ key >>> 8 * (i & 3));
    }
}
