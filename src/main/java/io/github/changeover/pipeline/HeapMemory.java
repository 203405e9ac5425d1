package io.github.changeover.pipeline;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.util.concurrent.ConcurrentSkipListIntObjMultimap;

/** The memory of every Netty channel of ours: heap buffers without a pool, which keep nothing of the application after its end. */
public final class HeapMemory {
    public static final ByteBufAllocator ALLOCATOR = new UnpooledByteBufAllocator(false);

    static {
        // Netty's own default allocator exists from its first class on, and its finalizer uses this iterator's class first of all. It
        // must be loaded here: the finalizer runs after the application has ended, when Tomcat's class loader gives no classes any more.
        new ConcurrentSkipListIntObjMultimap<>(0).iterator();
    }

    private HeapMemory() {
    }
}
