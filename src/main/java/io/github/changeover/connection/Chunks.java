package io.github.changeover.connection;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.function.IntFunction;

/** Buffers for bytes that wait: taken when some wait, given back when none does, so that idle connections hold none. */
final class Chunks {
    static final int SIZE = 32 * 1024;
    private static final int KEPT = 128;
    private final ArrayDeque<ByteBuffer> free = new ArrayDeque<>();
    private final IntFunction<ByteBuffer> memory;

    Chunks() {
        this(ByteBuffer::allocateDirect);
    }

    /** @param memory makes a buffer of so many bytes */
    Chunks(IntFunction<ByteBuffer> memory) {
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
