package io.github.changeover.bench;

import io.github.changeover.bench.client.Load;
import java.io.IOException;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Measures the CPU time of the servers for one message. */
final class MessageCost {
    private final Servers servers;
    private final Extent extent;
    private final List<Peer> peers;

    /** @param peers the servers that are measured, where a row has them */
    MessageCost(Servers servers, Extent extent, List<Peer> peers) {
        this.servers = servers;
        this.extent = extent;
        this.peers = peers;
    }

    /** Warms up all rows before the first one is measured, so that no row includes the compilation of the code of another one. */
    Map<Row, Map<Peer, Measured>> of(List<Row> rows) throws IOException {
        Map<Row, Map<Peer, Measured>> all = new EnumMap<>(Row.class);
        for (Row row : rows) {
            Progress.say("warming up %d of %d: %s", all.size() + 1, rows.size(), row.title());
            all.put(row, new EnumMap<>(Peer.class));
            for (Peer peer : of(row)) {
                all.get(row).put(peer, new Measured());
                measure(row, peer, extent.warm().multipliedBy(row.warmth()));
            }
        }
        for (int round = 0; round < extent.rounds(); round++) {
            Progress.say("measuring, round %d of %d", round + 1, extent.rounds());
            for (Row row : rows) {
                for (Peer peer : of(row)) all.get(row).get(peer).add(measure(row, peer, extent.measure()));
            }
        }
        all.forEach((row, measured) -> measured.forEach((peer, what) -> Progress.say("%-55s %-26s %8.2f us (%.2f to %.2f), %.0f/s",
                row.title(), peer.title(), what.micros(), what.least(), what.most(), what.rate())));
        return all;
    }

    private List<Peer> of(Row row) {
        return row.peers().stream().filter(peers::contains).toList();
    }

    private Load.Stretch measure(Row row, Peer peer, Duration time) throws IOException {
        ServerProcess server = servers.of(peer);
        try {
            return Load.run(server.address(), row.kind(extent), extent.settle(), time, server::cpu);
        } catch (IOException failed) {
            throw new IOException(peer + ", " + row, failed);
        }
    }
}
