package io.github.changeover.it;

import io.github.changeover.it.container.ContainerUnderTest;
import io.github.changeover.testkit.Head;
import io.github.changeover.testkit.Wire;
import java.io.IOException;

/** Builds requests, and reads their responses. Fields are sent as they are given, each on one line. */
public final class RawHttp {
    private RawHttp() {
    }

    static String get(String path, String... fields) {
        return request("GET", path, fields);
    }

    static String request(String method, String path, String... fields) {
        return raw(method + " " + path + " HTTP/1.1", prepend("Host: localhost", fields));
    }

    /** A request with {@code Connection: Upgrade} and this {@code Upgrade}. */
    public static String upgrade(String path, String offer, String... more) {
        return request("GET", path, offering(offer, more));
    }

    static String[] offering(String offer, String... more) {
        return prepend("Connection: Upgrade", prepend("Upgrade: " + offer, more));
    }

    /** A head of exactly these lines. */
    static String raw(String requestLine, String... fields) {
        StringBuilder head = new StringBuilder(requestLine).append("\r\n");
        for (String field : fields) head.append(field).append("\r\n");
        return head.append("\r\n").toString();
    }

    private static String[] prepend(String first, String... others) {
        String[] all = new String[others.length + 1];
        all[0] = first;
        System.arraycopy(others, 0, all, 1, others.length);
        return all;
    }

    /** A final response with its content. */
    record RawResponse(Head head, String body) {
        int status() {
            return head.status();
        }
    }

    /** Reads the next response on the connection. */
    static RawResponse readResponse(Wire wire) throws IOException {
        Head head = wire.readHead();
        return new RawResponse(head, wire.readBodyText(head));
    }

    /** The response to one request on a new connection. A 101 has no content. */
    static RawResponse exchange(ContainerUnderTest container, String request) throws IOException {
        try (Wire wire = Wire.connect(container.http()).send(request)) {
            return readResponse(wire);
        }
    }

    /** Sends a request, and reads the head of its response. */
    static Head head(ContainerUnderTest container, String request) throws IOException {
        try (Wire wire = Wire.connect(container.http()).send(request)) {
            return wire.readHead();
        }
    }

    /** Waits a few seconds for a text in the container's log, because it may be written after the response. */
    static boolean isLogged(ContainerUnderTest container, String words) throws InterruptedException {
        for (int round = 0; round < 50; round++) {
            if (container.log().contains(words)) return true;
            Thread.sleep(100);
        }
        return false;
    }
}
