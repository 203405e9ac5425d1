package io.github.changeover.bench.client;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.util.function.Supplier;

/** The traffic of all clients of a measurement, and their number. */
public final class Kind {
    private final int connections;
    private final byte[] opening;       // the upgrade request; empty for none
    private final Supplier<String> greetings;     // a text to exchange after the upgrade; empty for none
    private final Supplier<Talk> talks;

    private Kind(int connections, byte[] opening, Supplier<String> greetings, Supplier<Talk> talks) {
        this.connections = connections;
        this.opening = opening;
        this.greetings = greetings;
        this.talks = talks;
    }

    private Kind(int connections, byte[] opening, Supplier<Talk> talks) {
        this(connections, opening, () -> "", talks);
    }

    /** WebSocket messages, with this many of them in flight on each connection. */
    public static Kind webSocket(boolean text, int size, int connections, int inFlight) {
        return webSocket("/echo", text, size, connections, inFlight);
    }

    /** The same on a path. */
    public static Kind webSocket(String path, boolean text, int size, int connections, int inFlight) {
        Payloads payloads = Payloads.frames(text, size, inFlight);
        return new Kind(connections, Opening.webSocket(path, ""), () -> new WebSocketTalk(payloads, text, inFlight));
    }

    /** Texts that one session sends and all sessions receive. Each delivered text is counted. */
    public static Kind broadcast(int size, int sessions, boolean compressed) {
        Payloads payloads = Payloads.frames(true, size, 1);
        String offer = compressed ? "Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover; client_no_context_takeover\r\n" : "";
        Broadcasts broadcasts = new Broadcasts(payloads, sessions);
        return new Kind(sessions, Opening.webSocket("/broadcast", offer), broadcasts::greeting, broadcasts::talk);
    }

    /** A stream of bytes after an upgrade to {@code echo}, counted in chunks. */
    public static Kind raw(int size, int connections, int inFlight) {
        Payloads payloads = Payloads.raw(size, inFlight);
        return new Kind(connections, Opening.raw("/echo"), () -> new RawTalk(payloads, inFlight));
    }

    /** The same on a path where the server sends from other threads. */
    public static Kind otherThreads(int size, int connections, int inFlight) {
        Payloads payloads = Payloads.raw(size, inFlight);
        return new Kind(connections, Opening.raw("/other-threads"), () -> new RawTalk(payloads, inFlight));
    }

    /** WebSocket connections that are opened and closed again, this many at a time. */
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
        String greeting = greetings.get();
        if (!greeting.isEmpty()) Opening.exchange(channel, greeting);
    }

    Talk talk() {
        return talks.get();
    }
}
