package io.github.changeover.connection;

import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * A pool of buffers to read into. A reader takes a buffer and gives it back. Buffers are not kept in thread locals, because a callback may cause a read of
 * another connection on the same thread, which would overwrite the buffer. The pool keeps up to four buffers for each processor, or up to 8 if
 * there are few processors. Thread-safe.
 */
public final class ReadBuffers {
    private static final int SLOTS = Math.max(8, Integer.highestOneBit(4 * Runtime.getRuntime().availableProcessors()));
    private final AtomicReferenceArray<ByteBuffer> free = new AtomicReferenceArray<>(SLOTS);
    private final int size;
    private final boolean direct;

    /**
     * @param size   bytes in a buffer
     * @param direct whether the buffers are direct; else each has an array
     */
    public ReadBuffers(int size, boolean direct) {
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

    @SuppressWarnings("deprecation")        // threadId() exists only since JDK 19
    private static int start() {
        return (int) Thread.currentThread().getId() & SLOTS - 1;
    }
}
