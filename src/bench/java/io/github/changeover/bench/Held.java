package io.github.changeover.bench;

import io.github.changeover.bench.client.Idlers;
import io.github.changeover.bench.client.Kind;
import io.github.changeover.bench.client.Load;
import java.io.IOException;

/**
 * The rate of some active connections while many idle connections are open. If the server closes an idle connection, the measurement
 * fails.
 *
 * @param idle number of idle connections
 * @param active number of active connections
 * @param rate   messages per second
 */
record Held(int idle, int active, double rate) {
    private static final int SHARE = 10;
    private static final int SIZE = 32;

    static Held of(ServerProcess server, Extent extent) throws IOException {
        int idle = extent.idlers();
        int active = idle / SHARE;
        try (Idlers idlers = Idlers.open(server.address(), true, idle)) {
            Load.Stretch stretch = Load.run(server.address(), Kind.webSocket(true, SIZE, active, 1), extent.settle(), extent.measure(), server::cpu);
            if (idlers.alive() != idle) throw new IOException(server.peer() + " dropped " + (idle - idlers.alive()) + " idle connections");
            return new Held(idle, active, stretch.messages() * 1e9 / stretch.took().toNanos());
        }
    }
}
