package io.github.changeover.bench.server;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryType;
import java.util.concurrent.locks.LockSupport;

/** A server's words with who measures it: its port first, then its heap when asked; it ends with its standard input. */
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

    /** Bytes that live: as they were right behind the last collection, for what threads have set aside since counts as used. */
    private static long heap() {
        for (int i = 0; i < COLLECTIONS; i++) {
            ManagementFactory.getMemoryMXBean().gc();
            LockSupport.parkNanos(PAUSE_NANOS);     // the references that it cleared free more in the next
        }
        return ManagementFactory.getMemoryPoolMXBeans().stream().filter(pool -> pool.getType() == MemoryType.HEAP)
                .mapToLong(pool -> pool.getCollectionUsage().getUsed()).sum();
    }
}
