package io.github.changeover.websocket.frames;

import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Arrays for what comes in buffers of the system's, where nothing can be unmasked in place. Whoever reads takes one and gives
 * it back: a callback may make another connection read on the same thread. About as many are kept as processors can use.
 */
final class Copies {
    private static final int SIZE = 64 * 1024;
    /** Shorter ones cost less to make than to fetch. */
    private static final int LEAST = 4 * 1024;
    private static final int SLOTS = Math.max(8, Integer.highestOneBit(4 * Runtime.getRuntime().availableProcessors()));
    private static final AtomicReferenceArray<byte[]> FREE = new AtomicReferenceArray<>(SLOTS);

    private Copies() {
    }

    /** The octets, at the start of an array that may be longer. They are taken from the buffer. */
    static byte[] take(ByteBuffer octets) {
        int count = octets.remaining();
        byte[] copy = count < LEAST || count > SIZE ? new byte[count] : free();
        octets.get(copy, 0, count);
        return copy;
    }

    private static byte[] free() {
        int start = start();
        for (int i = 0; i < SLOTS; i++) {
            int slot = start + i & SLOTS - 1;
            if (FREE.get(slot) == null) continue;
            byte[] array = FREE.getAndSet(slot, null);
            if (array != null) return array;
        }
        return new byte[SIZE];
    }

    /** Nobody may look into it any more. */
    static void give(byte[] copy) {
        if (copy.length != SIZE) return;
        int start = start();
        for (int i = 0; i < SLOTS; i++) {
            if (FREE.compareAndSet(start + i & SLOTS - 1, null, copy)) return;
        }
    }

    @SuppressWarnings("deprecation")        // threadId() is JDK 19's
    private static int start() {
        return (int) Thread.currentThread().getId() & SLOTS - 1;
    }
}
