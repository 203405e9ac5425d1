package io.github.changeover.bench.server;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryType;
import java.util.concurrent.locks.LockSupport;

/**
 * The communication of a server with the benchmark over standard input and output: it writes its port, then its heap size for
 * each request. It ends when its standard input ends.
 */
final class ControlLine {
    private static final int COLLECTIONS = 3;
    private static final long PAUSE_NANOS = 200_000_000;

    private ControlLine() {
    }

    static void serve(int port) throws IOException {
        say("port " + port);
        BufferedReader orders = new BufferedReader(new InputStreamReader(System.in));
        for (String order = orders.readLine(); order != null; order = orders.readLine()) {
            if (order.equals("heap")) say("heap " + heap());
        }
        System.exit(0);
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
