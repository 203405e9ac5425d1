package io.github.changeover.connection;

import io.github.changeover.buffers.BufferPool;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** The queue of a connection whose peer reads all bytes immediately. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class OutputQueueBenchmark {
    private final OutputQueue queue = new OutputQueue(new BufferPool(32 * 1024, 128, ByteBuffer::allocateDirect), new MemoryAccount(new MemoryBudget(Long.MAX_VALUE), null), 1 << 20);
    private final ByteBuffer small = ByteBuffer.allocate(34);
    private final ByteBuffer large = ByteBuffer.allocate(64 * 1024);

    /** Creates a queue. */
    public OutputQueueBenchmark() {
        queue.attach(new Taking());
    }

    private static final class Taking implements Transport {
        private final BufferPool readBuffers = BufferPool.ofDirectBuffers(1);

        @Override
        public BufferPool readBuffers() {
            return readBuffers;
        }

        @Override
        public int read(ByteBuffer into) {
            return 0;
        }

        @Override
        public boolean write(ByteBuffer from) {
            from.position(from.limit());
            return true;
        }

        @Override
        public void requestWritable() {
            throw new IllegalStateException("nothing is refused");
        }

        @Override
        public EndOutput endOutput(boolean closing) {
            return EndOutput.SENT;
        }

        @Override
        public void close() {
            // nothing to release
        }

        @Override
        public void abort() {
            // nothing to release
        }
    }

    /** 16 frames of 34 bytes are buffered in a callback and written together. */
    @Benchmark
    public Object burst() throws IOException {
        for (int i = 0; i < 16; i++) queue.send(small.clear(), null, true);
        return queue.flush(false);
    }

    /** One frame outside a callback. */
    @Benchmark
    public Object single() {
        return queue.send(small.clear(), null, false);
    }

    /** One frame of 64 KiB, which is not copied. */
    @Benchmark
    public Object large() {
        return queue.send(large.clear(), null, true);
    }
}
