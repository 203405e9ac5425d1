package io.github.changeover.bench;

import io.github.changeover.bench.client.Kind;
import io.github.changeover.bench.client.Pace;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The time from the due time of a small message until its echo arrives, at a fixed rate that is far below the maximum of the servers: alone, or
 * beside sessions that disturb the server.
 */
enum Delay {
    LATENCY("without other sessions", 16, List.of(Peer.CHANGEOVER, Peer.TOMCAT, Peer.UNDERTOW, Peer.NETTY)),
    BLOCKING("beside 6 sessions that sleep 100 ms in each callback", 94, List.of(Peer.CHANGEOVER, Peer.TOMCAT)),
    FLOOD("beside one session that always has 1,024 messages in flight", 999, List.of(Peer.CHANGEOVER, Peer.TOMCAT));

    static final int RATE = 4_000;
    private static final int SIZE = 32, SLEEPERS = 6, FLOODING = 1_024;
    private final String beside;
    private final int connections;
    private final List<Peer> peers;

    Delay(String beside, int connections, List<Peer> peers) {
        this.beside = beside;
        this.connections = connections;
        this.peers = peers;
    }

    /**
     * The distribution of the delays.
     *
     * @param p50 median of the rounds, in microseconds, as the other percentiles
     */
    record Percentiles(double p50, double p90, double p99, double p999) {
        private static Percentiles of(List<long[]> rounds) {
            return new Percentiles(median(rounds, 0.5), median(rounds, 0.9), median(rounds, 0.99), median(rounds, 0.999));
        }

        private static double median(List<long[]> rounds, double share) {
            return Measured.median(rounds.stream().map(sorted -> sorted[(int) Math.ceil(share * sorted.length) - 1] / 1000.0).toList());
        }
    }

    String beside() {
        return beside;
    }

    int connections() {
        return connections;
    }

    String title() {
        return String.format(Locale.ROOT, "%,d connections, %s", connections, beside);
    }

    /** Warms up all peers, and then measures them alternately. */
    Map<Peer, Percentiles> measure(Servers servers, Extent extent) throws IOException {
        Map<Peer, List<long[]>> rounds = new EnumMap<>(Peer.class);
        Progress.say("delay at %,d messages a second, %s", RATE, title());
        for (Peer peer : peers) {
            rounds.put(peer, new ArrayList<>());
            run(servers.of(peer), extent, extent.warm());
        }
        for (int round = 0; round < extent.rounds(); round++) {
            for (Peer peer : peers) rounds.get(peer).add(run(servers.of(peer), extent, extent.measure().multipliedBy(this == LATENCY ? 1 : 2)));
        }
        Map<Peer, Percentiles> all = new EnumMap<>(Peer.class);
        rounds.forEach((peer, delays) -> all.put(peer, Percentiles.of(delays)));
        all.forEach((peer, one) -> Progress.say("%-26s p50 %.0f us, p90 %.0f, p99 %.0f, p99.9 %.0f", peer.title(), one.p50, one.p90, one.p99, one.p999));
        return all;
    }

    private long[] run(ServerProcess server, Extent extent, Duration time) throws IOException {
        return switch (this) {
            case LATENCY -> Pace.run(server.address(), connections, RATE, extent.settle(), time);
            case BLOCKING -> Pace.beside(Kind.webSocket("/sleeping", true, SIZE, SLEEPERS, 1), server.address(), connections, RATE, extent.settle(), time);
            case FLOOD -> Pace.beside(Kind.webSocket(true, SIZE, 1, FLOODING), server.address(), extent.sessions(connections), RATE, extent.settle(), time);
        };
    }
}
