package io.github.changeover.bench;

import io.github.changeover.bench.client.Kind;
import io.github.changeover.bench.client.Load;
import java.io.IOException;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** The first handshakes of a server that has just started, when all clients connect again and no code is compiled. */
final class ColdStart {
    static final int HANDSHAKES = 2_000;
    private static final int AT_A_TIME = 16;
    private static final List<Peer> PEERS = List.of(Peer.CHANGEOVER, Peer.TOMCAT, Peer.NETTY);

    private ColdStart() {
    }

    /** Measures the peers alternately, each time in a new JVM. */
    static Map<Peer, Measured> measure(Extent extent) throws IOException {
        Map<Peer, Measured> all = new EnumMap<>(Peer.class);
        for (int round = 0; round < extent.rounds(); round++) {
            Progress.say("the first %,d handshakes of new JVMs, round %d of %d", extent.sessions(HANDSHAKES), round + 1, extent.rounds());
            for (Peer peer : PEERS) {
                try (ServerProcess server = ServerProcess.start(peer, Jvm.DEFAULT)) {
                    all.computeIfAbsent(peer, first -> new Measured()).add(Load.first(server.address(), Kind.handshake(AT_A_TIME), extent.sessions(HANDSHAKES), server::cpu));
                }
            }
        }
        all.forEach((peer, what) -> Progress.say("%-26s %.0f us (%.0f to %.0f) for each", peer.title(), what.micros(), what.least(), what.most()));
        return all;
    }
}
