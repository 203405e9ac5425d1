package io.github.changeover.bench.client;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.util.function.Supplier;

/** What all clients of a measurement do, and how many they are. */
public final class Kind {
    private final int connections;
    private final byte[] opening;       // empty for none
    private final Supplier<Talk> talks;

    private Kind(int connections, byte[] opening, Supplier<Talk> talks) {
        this.connections = connections;
        this.opening = opening;
        this.talks = talks;
    }

    /** Messages of WebSocket, so many of them on their way on each connection. */
    public static Kind webSocket(boolean text, int size, int connections, int inFlight) {
        Payloads payloads = Payloads.frames(text, size, inFlight);
        return new Kind(connections, Opening.webSocket(), () -> new WebSocketTalk(payloads, text, inFlight));
    }

    /** A stream of chunks behind an upgrade to {@code echo}. */
    public static Kind raw(int size, int connections, int inFlight) {
        Payloads payloads = Payloads.raw(size, inFlight);
        return new Kind(connections, Opening.raw("/echo"), () -> new RawTalk(payloads, inFlight));
    }

    /** The same on a path whose server answers from other threads. */
    public static Kind otherThreads(int size, int connections, int inFlight) {
        Payloads payloads = Payloads.raw(size, inFlight);
        return new Kind(connections, Opening.raw("/other-threads"), () -> new RawTalk(payloads, inFlight));
    }

    /** Opening handshakes of WebSocket, so many at a time, each closed again. */
    public static Kind handshake(int connections) {
        return new Kind(connections, new byte[0], HandshakeTalk::new);
    }

    /** Requests for a page. */
    public static Kind get(String path, int connections) {
        return new Kind(connections, new byte[0], () -> new GetTalk(path));
    }

    int connections() {
        return connections;
    }

    void open(SocketChannel channel) throws IOException {
        if (opening.length > 0) Opening.perform(channel, opening);
    }

    Talk talk() {
        return talks.get();
    }
}
