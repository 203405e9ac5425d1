package io.github.changeover.websocket.frames;

import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * A pool of arrays for data that arrives in direct buffers, which cannot be unmasked in place. A reader takes an array and gives it back. There is no
 * array per thread, because a callback may start a read of another connection on the same thread. The pool keeps at most 8 arrays, or up to four per
 * processor if that is more.
 */
final class CopyBuffers {
    private static final int SIZE = 64 * 1024;
    /** An array shorter than this is cheaper to allocate than to take from the pool. */
    private static final int LEAST = 4 * 1024;
    private static final int SLOTS = Math.max(8, Integer.highestOneBit(4 * Runtime.getRuntime().availableProcessors()));
    private static final AtomicReferenceArray<byte[]> FREE = new AtomicReferenceArray<>(SLOTS);

    private CopyBuffers() {
    }

    /** Reads all remaining bytes of the buffer. Returns them at the start of an array, which may be longer. */
    static byte[] take(ByteBuffer bytes) {
        int count = bytes.remaining();
        byte[] copy = count < LEAST || count > SIZE ? new byte[count] : free();
        bytes.get(copy, 0, count);
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

    /** Gives an array back. The caller must not use it afterwards. */
    static void give(byte[] copy) {
        if (copy.length != SIZE) return;
        int start = start();
        for (int i = 0; i < SLOTS; i++) {
            if (FREE.compareAndSet(start + i & SLOTS - 1, null, copy)) return;
        }
    }

    @SuppressWarnings("deprecation")        // threadId() requires JDK 19
    private static int start() {
        return (int) Thread.currentThread().getId() & SLOTS - 1;
    }
}
