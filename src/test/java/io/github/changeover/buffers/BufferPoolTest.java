package io.github.changeover.buffers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class BufferPoolTest {
    private static final int SIZE = 64 * 1024;
    private final BufferPool pool = BufferPool.ofHeapBuffers(SIZE);

    @Test
    void returnedBufferIsReused() {
        ByteBuffer buffer = pool.take();
        assertThat(buffer.hasArray()).isTrue();
        assertThat(buffer.capacity()).isEqualTo(SIZE).isEqualTo(pool.size());
        pool.give(buffer);
        assertThat(pool.take()).isSameAs(buffer);
    }

    @Test
    void reusedBufferIsCleared() {
        ByteBuffer buffer = pool.take();
        pool.give(buffer.position(5).limit(7));
        assertThat(pool.take()).satisfies(again -> {
            assertThat(again).isSameAs(buffer);
            assertThat(again.position()).isZero();
            assertThat(again.limit()).isEqualTo(SIZE);
        });
    }

    @Test
    void bufferHasOneOwner() {
        Set<ByteBuffer> taken = Collections.newSetFromMap(new IdentityHashMap<>());
        for (int i = 0; i < 1000; i++) assertThat(taken.add(pool.take())).isTrue();
        taken.forEach(pool::give);
        taken.clear();
        for (int i = 0; i < 1000; i++) assertThat(taken.add(pool.take())).isTrue();
    }

    @Test
    void bufferIsReusedByAnotherThread() throws InterruptedException {
        ByteBuffer buffer = pool.take();
        pool.give(buffer);
        ByteBuffer[] got = new ByteBuffer[1];
        Thread other = new Thread(() -> got[0] = pool.take());
        other.start();
        other.join();
        assertThat(got[0]).isSameAs(buffer);
    }

    @Test
    void keepsNoMoreThanItsNumberOfUnusedBuffers() {
        AtomicInteger allocated = new AtomicInteger();
        BufferPool four = new BufferPool(8, 4, size -> {
            allocated.incrementAndGet();
            return ByteBuffer.allocate(size);
        });
        List<ByteBuffer> taken = new ArrayList<>();
        for (int i = 0; i < 10; i++) taken.add(four.take());
        taken.forEach(four::give);
        for (int i = 0; i < 10; i++) four.take();
        assertThat(allocated).hasValue(10 + 6);
    }

    @Test
    void directBuffersHaveNoArray() {
        assertThat(BufferPool.ofDirectBuffers(16).take()).satisfies(buffer -> {
            assertThat(buffer.isDirect()).isTrue();
            assertThat(buffer.capacity()).isEqualTo(16);
        });
    }

    @Test
    void failureOfTheAllocatorIsThrown() {
        BufferPool poor = new BufferPool(16, 1, size -> {
            throw new OutOfMemoryError("Direct buffer memory");
        });
        assertThatThrownBy(poor::take).isInstanceOf(OutOfMemoryError.class);
    }
}
