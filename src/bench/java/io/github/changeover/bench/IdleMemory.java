package io.github.changeover.bench;

import io.github.changeover.bench.client.Idlers;
import java.io.IOException;

/**
 * Heap that a connection takes which has switched and says nothing.
 *
 * @param octets for each
 */
record IdleMemory(Peer peer, boolean webSocket, double octets) {
    static IdleMemory of(ServerProcess server, boolean webSocket, int count) throws IOException {
        Idlers.open(server.address(), webSocket, count / 20).close();       // classes, and what is kept for the next
        long before = server.heap();
        try (Idlers idlers = Idlers.open(server.address(), webSocket, count)) {
            long with = server.heap();
            if (idlers.alive() != count) throw new IOException(server.peer() + " dropped " + (count - idlers.alive()) + " idle connections");
            return new IdleMemory(server.peer(), webSocket, (with - before) / (double) count);
        }
    }
}
