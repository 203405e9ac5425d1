package io.github.changeover.bench;

import io.github.changeover.bench.client.Pace;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * The time from the due time of a small message until its echo arrives, at a fixed rate that is far below the maximum of the servers.
 *
 * @param p50 median of the rounds, in microseconds, as the other percentiles
 */
record Latency(double p50, double p99, double p999) {
    static final int CONNECTIONS = 16;
    static final int RATE = 4_000;
    static final List<Peer> PEERS = List.of(Peer.CHANGEOVER, Peer.TOMCAT, Peer.UNDERTOW, Peer.NETTY);

    /** Returns the running server of a peer, or starts it. */
    interface Servers {
        ServerProcess of(Peer peer) throws IOException;
    }

    /** Warms up all peers, and then measures them alternately. */
    static Map<Peer, Latency> of(Servers servers, Extent extent) throws IOException {
        Map<Peer, List<long[]>> rounds = new EnumMap<>(Peer.class);
        for (Peer peer : PEERS) {
            rounds.put(peer, new ArrayList<>());
            Pace.run(servers.of(peer).address(), CONNECTIONS, RATE, extent.settle(), extent.warm());
        }
        for (int round = 0; round < extent.rounds(); round++) {
            for (Peer peer : PEERS) rounds.get(peer).add(Pace.run(servers.of(peer).address(), CONNECTIONS, RATE, extent.settle(), extent.measure()));
        }
        Map<Peer, Latency> all = new EnumMap<>(Peer.class);
        rounds.forEach((peer, delays) -> all.put(peer, new Latency(median(delays, 0.5), median(delays, 0.99), median(delays, 0.999))));
        all.forEach((peer, one) -> System.out.printf("%,d messages a second, %-26s p50 %.0f us, p99 %.0f, p99.9 %.0f%n", RATE, peer.title(), one.p50, one.p99, one.p999));
        return all;
    }

    private static double median(List<long[]> rounds, double share) {
        double[] values = rounds.stream().mapToDouble(sorted -> sorted[(int) Math.ceil(share * sorted.length) - 1] / 1000.0).sorted().toArray();
        return (values[(values.length - 1) / 2] + values[values.length / 2]) / 2;
    }
}
