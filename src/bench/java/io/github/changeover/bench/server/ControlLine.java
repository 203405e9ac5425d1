package io.github.changeover.bench.server;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
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

    /** Octets that live, after collections: the references that the first one clears free more in the next. */
    private static long heap() {
        var memory = ManagementFactory.getMemoryMXBean();
        for (int i = 0; i < COLLECTIONS; i++) {
            memory.gc();
            LockSupport.parkNanos(PAUSE_NANOS);
        }
        return memory.getHeapMemoryUsage().getUsed();
    }
}
