package io.github.changeover.netty;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.util.concurrent.ConcurrentSkipListIntObjMultimap;

/**
 * The allocator of all our Netty channels: heap buffers without a pool. It keeps nothing of the application after the application has
 * ended.
 */
public final class HeapMemory {
    public static final ByteBufAllocator ALLOCATOR = new UnpooledByteBufAllocator(false);

    static {
        // Netty creates its default allocator with its first class. The finalizer of that allocator first uses the class of the iterator
        // below. That class must be loaded here, because the finalizer runs after the application has ended, when Tomcat's class loader no
        // longer loads classes.
        new ConcurrentSkipListIntObjMultimap<>(0).iterator();
    }

    private HeapMemory() {
    }
}
