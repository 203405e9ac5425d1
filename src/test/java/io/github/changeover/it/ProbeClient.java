package io.github.changeover.it;

import io.github.changeover.it.container.ContainerUnderTest;
import io.github.changeover.testkit.Head;
import io.github.changeover.testkit.Wire;
import java.io.IOException;
import java.net.URI;
import java.util.List;

/** A client of the application in {@code src/test/apps/probe}. */
final class ProbeClient {
    private final URI server;
    private final URI plain;
    private final String context;

    ProbeClient(ContainerUnderTest container, String context) {
        this(container.http(), container.http(), context);
    }

    private ProbeClient(URI server, URI plain, String context) {
        this.server = server;
        this.plain = plain;
        this.context = context;
    }

    /** The same, over TLS. */
    static ProbeClient secure(ContainerUnderTest container, String context) {
        return new ProbeClient(container.https(), container.http(), context);
    }

    /** Bytes that depend on their position, so that a missing byte is detected. */
    static byte[] pattern(int count) {
        byte[] bytes = new byte[count];
        for (int i = 0; i < count; i++) bytes[i] = (byte) (i % 251);
        return bytes;
    }

    /** Fails with the position of the first difference, instead of a million bytes. */
    static void assertSame(byte[] actual, byte[] expected) {
        int at = java.util.Arrays.mismatch(actual, expected);
        if (at >= 0) throw new AssertionError(actual.length + " bytes of " + expected.length + ", the first difference at " + at);
    }

    String head(String path, String key) {
        return "GET " + context + path + (path.contains("?") ? "&" : "?") + "key=" + key
                + " HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: probe\r\n\r\n";
    }

    /** Offers {@code probe}, with bytes of the new protocol in the same segment. Does not read the response. */
    Wire offer(String path, String key, byte... early) throws IOException {
        byte[] head = head(path, key).getBytes(java.nio.charset.StandardCharsets.ISO_8859_1);
        byte[] all = java.util.Arrays.copyOf(head, head.length + early.length);
        System.arraycopy(early, 0, all, head.length, early.length);
        Wire wire = Wire.connect(server);
        if (early.length < 50_000) return wire.send(all);
        new Thread(() -> {
            try {
                wire.send(all);
            } catch (IOException failure) {
                throw new java.io.UncheckedIOException(failure);
            }
        }).start();
        return wire;
    }

    Wire connect() throws IOException {
        return Wire.connect(server);
    }

    /** The events of the connection so far. Waits a few seconds for an event that begins like this. */
    List<String> events(String key, String awaited) throws IOException {
        return get("/events?key=" + key + "&await=" + awaited).lines().toList();
    }

    /** Adds an event to the list of the server. */
    void signal(String key, String event) throws IOException {
        get("/events?key=" + key + "&add=" + event);
    }

    /** Makes the server call the connection from another thread. */
    String control(String key, String what) throws IOException {
        return get("/control?key=" + key + "&do=" + what);
    }

    private String get(String path) throws IOException {
        try (Wire wire = Wire.connect(plain)) {
            wire.send("GET " + context + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
            Head head = wire.readHead();
            if (head.status() != 200) throw new AssertionError(path + " answered " + head.statusLine());
            return wire.readBodyText(head);
        }
    }
}
