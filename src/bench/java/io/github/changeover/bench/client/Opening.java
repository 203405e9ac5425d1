package io.github.changeover.bench.client;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;

/** The upgrade of one connection. */
final class Opening {
    /** The example of RFC 6455. */
    private static final String KEY = "dGhlIHNhbXBsZSBub25jZQ==";
    private static final String ACCEPT = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";
    private static final int LONGEST_HEAD = 8 * 1024;

    private Opening() {
    }

    static byte[] webSocket() {
        return ascii("GET /echo HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: "
                + KEY + "\r\n\r\n");
    }

    static byte[] raw(String path) {
        return ascii("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n");
    }

    static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** Sends the request and reads the head of the response byte by byte, so that no byte after the head is lost. */
    static void perform(SocketChannel channel, byte[] request) throws IOException {
        channel.write(ByteBuffer.wrap(request));
        StringBuilder head = new StringBuilder();
        ByteBuffer b = ByteBuffer.allocate(1);
        while (head.length() < 4 || head.lastIndexOf("\r\n\r\n") != head.length() - 4) {
            if (channel.read(b.clear()) < 0 || head.length() == LONGEST_HEAD) throw new IOException("no head of an answer: " + head);
            head.append((char) (b.get(0) & 0xff));
        }
        check(head.toString(), new String(request, StandardCharsets.US_ASCII).contains("Sec-WebSocket-Key"));
    }

    static void check(String head, boolean webSocket) throws IOException {
        boolean right = head.startsWith("HTTP/1.1 101 ") && (!webSocket || head.contains(ACCEPT));
        if (!right) throw new IOException("not switched: " + head);
    }
}
