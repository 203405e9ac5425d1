package io.github.changeover.bench;

import io.github.changeover.bench.client.Kind;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/** The kinds of traffic whose CPU time for one message is measured, and the servers that are measured. */
enum Row {
    SMALL_BURST("WebSocket, 32 B text, 16 connections, 16 in flight", Peers.MESSAGES, extent -> Kind.webSocket(true, 32, 16, 16)),
    SMALL("WebSocket, 32 B text, 16 connections, 1 in flight", Peers.MESSAGES, extent -> Kind.webSocket(true, 32, 16, 1)),
    SMALL_MANY("WebSocket, 32 B text, 256 connections, 1 in flight", Peers.MESSAGES, extent -> Kind.webSocket(true, 32, 256, 1)),
    MIDDLE_BURST("WebSocket, 1 KiB text, 16 connections, 16 in flight", Peers.MESSAGES, extent -> Kind.webSocket(true, 1024, 16, 16)),
    LARGE_TEXT("WebSocket, 64 KiB text, 4 connections, 1 in flight", Peers.MESSAGES, extent -> Kind.webSocket(true, 65536, 4, 1)),
    LARGE_BINARY_FEW("WebSocket, 64 KiB binary, 4 connections, 1 in flight", Peers.MESSAGES, extent -> Kind.webSocket(false, 65536, 4, 1)),
    LARGE_BINARY("WebSocket, 64 KiB binary, 16 connections, 1 in flight", Peers.MESSAGES, extent -> Kind.webSocket(false, 65536, 16, 1)),
    HANDSHAKE("WebSocket, opened and closed, 16 at a time", Peers.HANDSHAKE, extent -> Kind.handshake(16)),
    BROADCAST("Broadcast, 200 B text to 1,000 sessions", Peers.BROADCAST, extent -> Kind.broadcast(200, extent.sessions(1_000), false)),
    BROADCAST_MANY("Broadcast, 200 B text to 5,000 sessions", Peers.BROADCAST, extent -> Kind.broadcast(200, extent.sessions(5_000), false)),
    BROADCAST_DEFLATE("Broadcast, compressed, 200 B text to 1,000 sessions", Peers.COMPRESSED, extent -> Kind.broadcast(200, extent.sessions(1_000), true)),
    BROADCAST_MANY_DEFLATE("Broadcast, compressed, 200 B text to 5,000 sessions", Peers.COMPRESSED, extent -> Kind.broadcast(200, extent.sessions(5_000), true)),
    RAW("Raw echo, 64 KiB chunks, 16 connections, 4 in flight", Peers.BY_HAND, extent -> Kind.raw(65536, 16, 4)),
    OTHER_THREADS("Raw echo from other threads with completions, 256 B, 16 connections, 16 in flight", Peers.BY_HAND, extent -> Kind.otherThreads(256, 16, 16)),
    GET("Plain GET, 16 connections", Peers.BY_HAND, extent -> Kind.get("/server-order", 16));

    /** Lists of servers. */
    private static final class Peers {
        static final List<Peer> MESSAGES = List.of(Peer.CHANGEOVER, Peer.TOMCAT, Peer.UNDERTOW, Peer.NETTY, Peer.CHANGEOVER_PAYARA, Peer.PAYARA);
        static final List<Peer> HANDSHAKE = List.of(Peer.CHANGEOVER, Peer.TOMCAT, Peer.UNDERTOW, Peer.NETTY, Peer.HAND_WRITTEN, Peer.CHANGEOVER_PAYARA, Peer.PAYARA);
        static final List<Peer> BROADCAST = List.of(Peer.CHANGEOVER, Peer.TOMCAT, Peer.NETTY);
        static final List<Peer> COMPRESSED = List.of(Peer.CHANGEOVER, Peer.TOMCAT, Peer.NETTY, Peer.UNSHARED);
        static final List<Peer> BY_HAND = List.of(Peer.CHANGEOVER, Peer.HAND_WRITTEN);
    }

    /** Rows of {@code long} only. */
    private static final Set<Row> LONG = EnumSet.of(SMALL_MANY, LARGE_BINARY_FEW, BROADCAST, BROADCAST_MANY, BROADCAST_DEFLATE, BROADCAST_MANY_DEFLATE);
    /** The rows that are measured with other JVMs, too. */
    static final List<Row> MESSAGES = List.of(SMALL_BURST, SMALL, SMALL_MANY, MIDDLE_BURST, LARGE_TEXT, LARGE_BINARY_FEW, LARGE_BINARY);
    private final String title;
    private final List<Peer> peers;
    private final Function<Extent, Kind> kind;

    Row(String title, List<Peer> peers, Function<Extent, Kind> kind) {
        this.title = title;
        this.peers = peers;
        this.kind = kind;
    }

    String title() {
        return title;
    }

    Kind kind(Extent extent) {
        return kind.apply(extent);
    }

    boolean inShort() {
        return !LONG.contains(this);
    }

    boolean isBroadcast() {
        return peers == Peers.BROADCAST || peers == Peers.COMPRESSED;
    }

    /**
     * Returns the factor for the warm-up time, for rows with few messages per second or with much code for each message. The code of a handshake is
     * compiled after 50,000 to 100,000 of them.
     */
    int warmth() {
        return this == HANDSHAKE ? 9 : this == SMALL ? 2 : 1;
    }

    /** Returns the servers that are measured. */
    List<Peer> peers() {
        return peers;
    }
}
