package io.github.changeover.buffers;

import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.IntFunction;

/**
 * A pool of buffers of one size.
 *
 * <p>Ownership: a buffer belongs to the caller from {@link #take} until {@link #give}. The caller gives each buffer back at most once, on any thread, and
 * keeps no reference to it or to its array. A buffer that is not given back is left to the garbage collector. Buffers are not kept in thread locals, because
 * a callback may cause a read of another connection on the same thread, which would overwrite the buffer.
 *
 * <p>Thread-safe. No method blocks.
 */
public final class BufferPool {
    private final AtomicReferenceArray<ByteBuffer> free;        // its length is a power of two
    private final int size;
    private final IntFunction<ByteBuffer> allocator;

    /**
     * @param size      bytes in a buffer
     * @param kept      the number of unused buffers that the pool keeps; rounded up to a power of two
     * @param allocator allocates a buffer of the given size in bytes
     */
    public BufferPool(int size, int kept, IntFunction<ByteBuffer> allocator) {
        this.size = size;
        this.free = new AtomicReferenceArray<>(Math.max(1, Integer.highestOneBit(2 * kept - 1)));
        this.allocator = allocator;
    }

    /** A pool of buffers with arrays, for buffers that a thread uses during one call. It keeps at least 8, and at least four for each processor. */
    public static BufferPool ofHeapBuffers(int size) {
        return new BufferPool(size, keptForThreads(), ByteBuffer::allocate);
    }

    /** As {@link #ofHeapBuffers}, with direct buffers. */
    public static BufferPool ofDirectBuffers(int size) {
        return new BufferPool(size, keptForThreads(), ByteBuffer::allocateDirect);
    }

    private static int keptForThreads() {
        return Math.max(8, 4 * Runtime.getRuntime().availableProcessors());
    }

    /** The number of bytes in a buffer of this pool. */
    public int size() {
        return size;
    }

    /** Returns a buffer whose position is 0 and whose limit is its capacity. Its content is undefined. */
    public ByteBuffer take() {
        int start = start();
        for (int i = 0; i < free.length(); i++) {
            int slot = start + i & free.length() - 1;
            if (free.get(slot) == null) continue;
            ByteBuffer buffer = free.getAndSet(slot, null);
            if (buffer != null) return buffer;
        }
        return allocator.apply(size);
    }

    /** Gives a buffer back. The caller must not use it afterwards. */
    public void give(ByteBuffer buffer) {
        buffer.clear();
        int start = start();
        for (int i = 0; i < free.length(); i++) {
            if (free.compareAndSet(start + i & free.length() - 1, null, buffer)) return;
        }
    }

    /** The slot at which the current thread begins to search. Threads that begin at different slots rarely compete for one. */
    @SuppressWarnings("deprecation")        // threadId() exists only since JDK 19
    private int start() {
        return (int) Thread.currentThread().getId() & free.length() - 1;
    }
}
