package io.github.changeover.bench;

import io.github.changeover.bench.client.Idlers;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * The heap memory of idle connections after the upgrade.
 *
 * @param points the heap after each further part of the connections
 */
record IdleMemory(Peer peer, boolean webSocket, List<Point> points) {
    private static final double[] PARTS = {0.1, 0.25, 0.5, 1}, ENDS = {0.1, 1};
    private static final double SAME = 0.01;
    private static final int LOOKS = 20;

    /**
     * A state of the heap.
     *
     * @param heap bytes of live objects
     */
    record Point(int connections, long heap) {
    }

    /** Measures all servers that have idle connections, each in a new JVM, because the other measurements leave objects in the heap. */
    static List<IdleMemory> all(Extent extent) throws IOException {
        List<IdleMemory> memory = new ArrayList<>();
        for (Peer peer : Peer.RECORDED) {
            if (peer.onPayara() && !extent.complete()) continue;
            if (peer != Peer.HAND_WRITTEN) memory.add(of(peer, true, extent));
            if (peer == Peer.HAND_WRITTEN || peer == Peer.CHANGEOVER || peer == Peer.CHANGEOVER_PAYARA) memory.add(of(peer, false, extent));
        }
        return memory;
    }

    private static IdleMemory of(Peer peer, boolean webSocket, Extent extent) throws IOException {
        List<Point> points = new ArrayList<>();
        List<Idlers> idlers = new ArrayList<>();
        try (ServerProcess server = ServerProcess.start(peer, Jvm.DEFAULT)) {
            int open = 0;
            for (double part : extent.complete() && !extent.isTiny() ? PARTS : ENDS) {
                int more = (int) (extent.idlers() * part) - open;
                idlers.add(Idlers.open(server.address(), webSocket, more));
                open += more;
                points.add(new Point(open, extent.isTiny() ? server.heap() : settled(server, extent.measure())));
            }
            long alive = 0;
            for (Idlers some : idlers) alive += some.alive();
            if (alive != open) throw new IOException(peer + " dropped " + (open - alive) + " idle connections");
        } finally {
            for (Idlers some : idlers) some.close();
        }
        IdleMemory memory = new IdleMemory(peer, webSocket, points);
        Progress.say("idle, %s: %s, %.1f KB", webSocket ? "WebSocket" : "raw", peer.title(), memory.bytes() / 1000);
        return memory;
    }

    /** Returns the heap when it no longer changes: connections that are idle for a while release memory. Waits for a limited time. */
    private static long settled(ServerProcess server, Duration pause) throws IOException {
        long before = server.heap();
        for (int look = 0, same = 0; look < LOOKS && same < 2; look++) {
            LockSupport.parkNanos(pause.toNanos());
            long now = server.heap();
            same = Math.abs(now - before) < SAME * before ? same + 1 : 0;
            before = now;
        }
        return before;
    }

    /**
     * Returns the bytes for one connection: the memory that further connections add after the first tenth, so that objects that exist only once
     * are not counted.
     */
    double bytes() {
        Point first = points.get(0), last = points.get(points.size() - 1);
        return (last.heap - first.heap) / (double) (last.connections - first.connections);
    }
}
