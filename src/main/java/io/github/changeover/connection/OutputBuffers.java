package io.github.changeover.connection;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.function.IntFunction;

/** A pool of buffers for bytes that wait to be sent. A connection holds buffers only while bytes wait. Thread-safe. */
final class OutputBuffers {
    static final int SIZE = 32 * 1024;
    private static final int KEPT = 128;
    private final ArrayDeque<ByteBuffer> free = new ArrayDeque<>();
    private final IntFunction<ByteBuffer> memory;

    OutputBuffers() {
        this(ByteBuffer::allocateDirect);
    }

    /** @param memory allocates a buffer of the given size in bytes */
    OutputBuffers(IntFunction<ByteBuffer> memory) {
        this.memory = memory;
    }

    ByteBuffer take() {
        synchronized (free) {
            ByteBuffer chunk = free.pollLast();
            if (chunk != null) return chunk;
        }
        return memory.apply(SIZE);
    }

    void give(ByteBuffer chunk) {
        chunk.clear();
        synchronized (free) {
            if (free.size() < KEPT) free.addLast(chunk);
        }
    }
}
