package io.github.changeover.connection;

import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Buffers to read into. Whoever reads takes one and gives it back: a callback may make another connection read on the same
 * thread, so a buffer of the thread's would be read over. About as many are kept as processors can use; no thread holds one.
 */
public final class Scratch {
    private static final int SLOTS = Math.max(8, Integer.highestOneBit(4 * Runtime.getRuntime().availableProcessors()));
    private final AtomicReferenceArray<ByteBuffer> free = new AtomicReferenceArray<>(SLOTS);
    private final int size;
    private final boolean direct;

    /**
     * @param size   octets in a buffer
     * @param direct whether the buffers are the system's, else each has an array
     */
    public Scratch(int size, boolean direct) {
        this.size = size;
        this.direct = direct;
    }

    ByteBuffer take() {
        int start = start();
        for (int i = 0; i < SLOTS; i++) {
            int slot = start + i & SLOTS - 1;
            if (free.get(slot) == null) continue;
            ByteBuffer buffer = free.getAndSet(slot, null);
            if (buffer != null) return buffer;
        }
        return direct ? ByteBuffer.allocateDirect(size) : ByteBuffer.allocate(size);
    }

    void give(ByteBuffer buffer) {
        int start = start();
        for (int i = 0; i < SLOTS; i++) {
            if (free.compareAndSet(start + i & SLOTS - 1, null, buffer)) return;
        }
    }

    @SuppressWarnings("deprecation")        // threadId() is JDK 19's
    private static int start() {
        return (int) Thread.currentThread().getId() & SLOTS - 1;
    }
}
