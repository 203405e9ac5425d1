package io.github.changeover.bench;

import io.github.changeover.bench.client.Idlers;
import java.io.IOException;

/**
 * The heap memory of an idle connection after the upgrade.
 *
 * @param bytes bytes for one connection
 */
record IdleMemory(Peer peer, boolean webSocket, double bytes) {
    private static final int FIRST = 10;

    /**
     * Measures the memory that further connections add after the first tenth, so that objects that exist only once are not
     * counted.
     */
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
