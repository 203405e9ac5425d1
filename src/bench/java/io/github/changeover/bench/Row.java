package io.github.changeover.bench;

import io.github.changeover.bench.client.Kind;
import java.util.List;
import java.util.function.Supplier;

/**
 * The kinds of traffic that are measured: the CPU time of the server for one message, and the server with which Changeover is
 * compared.
 */
enum Row {
    SMALL_BURST("WebSocket, 32 B text, 16 connections, 16 in flight", () -> Kind.webSocket(true, 32, 16, 16), 0.4, Peer.TOMCAT),
    SMALL("WebSocket, 32 B text, 16 connections, 1 in flight", () -> Kind.webSocket(true, 32, 16, 1), 1.05, Peer.TOMCAT),
    MIDDLE_BURST("WebSocket, 1 KiB text, 16 connections, 16 in flight", () -> Kind.webSocket(true, 1024, 16, 16), 0.4, Peer.TOMCAT),
    LARGE_TEXT("WebSocket, 64 KiB text, 4 connections, 1 in flight", () -> Kind.webSocket(true, 65536, 4, 1), 0.5, Peer.TOMCAT),
    LARGE_BINARY("WebSocket, 64 KiB binary, 16 connections, 1 in flight", () -> Kind.webSocket(false, 65536, 16, 1), 0.3, Peer.TOMCAT),
    HANDSHAKE("WebSocket, opened and closed, 16 at a time", () -> Kind.handshake(16), 0.5, Peer.TOMCAT),
    RAW("Raw echo, 64 KiB chunks, 16 connections, 4 in flight", () -> Kind.raw(65536, 16, 4), 1.1, Peer.HAND_WRITTEN),
    OTHER_THREADS("Raw echo from other threads with completions, 256 B, 16 connections, 16 in flight", () -> Kind.otherThreads(256, 16, 16), 1.1, Peer.HAND_WRITTEN),
    GET("Plain GET, 16 connections", () -> Kind.get("/server-order", 16), 1.05, Peer.HAND_WRITTEN);

    private static final List<Peer> OPENED = List.of(Peer.CHANGEOVER, Peer.TOMCAT, Peer.UNDERTOW, Peer.NETTY, Peer.HAND_WRITTEN);
    private static final List<Peer> WEB_SOCKETS = List.of(Peer.CHANGEOVER, Peer.TOMCAT, Peer.UNDERTOW, Peer.NETTY);
    private final String title;
    private final Supplier<Kind> kind;
    private final double bar;
    private final Peer against;

    Row(String title, Supplier<Kind> kind, double bar, Peer against) {
        this.title = title;
        this.kind = kind;
        this.bar = bar;
        this.against = against;
    }

    String title() {
        return title;
    }

    Kind kind() {
        return kind.get();
    }

    /** Returns the maximum allowed ratio. */
    double bar() {
        return bar;
    }

    /** Returns the factor for the warm-up time, for rows with few messages per second or with much code for each message. */
    int warmth() {
        return this == HANDSHAKE ? 3 : this == SMALL ? 2 : 1;
    }

    Peer against() {
        return against;
    }

    /** Returns the servers that are measured. For the handshake, hand-written code on Tomcat is measured, too. */
    List<Peer> peers() {
        if (this == HANDSHAKE) return OPENED;
        return against == Peer.TOMCAT ? WEB_SOCKETS : List.of(Peer.CHANGEOVER, against);
    }
}
