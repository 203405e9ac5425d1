package io.github.changeover.bench;

import java.io.IOException;
import java.util.EnumMap;
import java.util.Map;

/** The running servers of one JVM. They are started when they are first used, and stopped together. */
final class Servers implements AutoCloseable {
    private final Jvm jvm;
    private final Map<Peer, ServerProcess> running = new EnumMap<>(Peer.class);

    Servers(Jvm jvm) {
        this.jvm = jvm;
    }

    ServerProcess of(Peer peer) throws IOException {
        ServerProcess server = running.get(peer);
        if (server == null) running.put(peer, server = ServerProcess.start(peer, jvm));
        return server;
    }

    @Override
    public void close() throws IOException {
        for (ServerProcess server : running.values()) server.close();
    }
}
