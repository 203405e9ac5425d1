package io.github.changeover.bench;

import io.github.changeover.bench.client.Idlers;
import java.io.IOException;

/**
 * Heap that a connection takes which has switched and says nothing.
 *
 * @param bytes for each
 */
record IdleMemory(Peer peer, boolean webSocket, double bytes) {
    private static final int FIRST = 10;

    /** The first tenth pays for what is made once; what the others add is counted. */
    static IdleMemory of(ServerProcess server, boolean webSocket, int count) throws IOException {
        int first = count / FIRST;
        try (Idlers some = Idlers.open(server.address(), webSocket, first)) {
            long before = server.heap();
            try (Idlers others = Idlers.open(server.address(), webSocket, count - first)) {
                long with = server.heap();
                long alive = some.alive() + others.alive();
                if (alive != count) throw new IOException(server.peer() + " dropped " + (count - alive) + " idle connections");
                return new IdleMemory(server.peer(), webSocket, (with - before) / (double) (count - first));
            }
        }
    }
}
