package io.github.changeover.bench.server;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryType;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

/**
 * The communication of a server with the benchmark over standard input and output: it writes its port, then its heap size or
 * the size of its direct buffers for each request. It ends when its standard input ends.
 */
final class ControlLine {
    private static final int COLLECTIONS = 3;
    private static final long PAUSE_NANOS = 200_000_000;

    private ControlLine() {
    }

    static void serve(int port) throws IOException {
        serve(port, () -> 0);
    }

    /** @param moreDirect returns the bytes of direct buffers that the JVM does not count */
    static void serve(int port, LongSupplier moreDirect) throws IOException {
        say("port " + port);
        BufferedReader orders = new BufferedReader(new InputStreamReader(System.in));
        for (String order = orders.readLine(); order != null; order = orders.readLine()) {
            if (order.equals("heap")) say("heap " + heap());
            if (order.equals("direct")) say("direct " + (direct() + moreDirect.getAsLong()));
        }
        System.exit(0);
    }

    /** Returns the size of the send buffer of each socket, if the benchmark sets one. */
    static Optional<Integer> sendBuffer() {
        return Optional.ofNullable(Integer.getInteger("bench.send.buffer"));
    }

    private static long direct() {
        return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream().filter(pool -> pool.getName().equals("direct")).mapToLong(BufferPoolMXBean::getMemoryUsed).sum();
    }

    private static void say(String line) {
        System.out.println(line);
        System.out.flush();
    }

    /**
     * Returns the number of bytes of live objects just after the last garbage collection. Later values include allocation
     * buffers of threads.
     */
    private static long heap() {
        for (int i = 0; i < COLLECTIONS; i++) {
            ManagementFactory.getMemoryMXBean().gc();
            LockSupport.parkNanos(PAUSE_NANOS);     // references that one collection clears free further objects in the next one
        }
        return ManagementFactory.getMemoryPoolMXBeans().stream().filter(pool -> pool.getType() == MemoryType.HEAP)
                .mapToLong(pool -> pool.getCollectionUsage().getUsed()).sum();
    }
}
