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
    private static final int MASKED_HEADER = 6;
    private static final int LONGEST_HEAD = 8 * 1024;

    private Opening() {
    }

    static byte[] webSocket() {
        return webSocket("/echo", "");
    }

    /** @param fields more header fields, each with its end of line */
    static byte[] webSocket(String path, String fields) {
        return ascii("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: "
                + KEY + "\r\n" + fields + "\r\n");
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

    /** Sends this short text in a frame and reads the frame of the response. */
    static void exchange(SocketChannel channel, String text) throws IOException {
        byte[] payload = ascii(text);
        channel.write(ByteBuffer.allocate(MASKED_HEADER + payload.length).put((byte) 0x81).put((byte) (0x80 | payload.length)).putInt(0).put(payload).flip());
        ByteBuffer header = read(channel, 2);
        if ((header.get(0) & 0x8f) != 0x81 || header.get(1) < 0 || header.get(1) > 125) throw new IOException("not a short text message");
        read(channel, header.get(1));
    }

    private static ByteBuffer read(SocketChannel channel, int count) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(count);
        while (bytes.hasRemaining()) {
            if (channel.read(bytes) < 0) throw new IOException("the server ended the connection");
        }
        return bytes;
    }

    static void check(String head, boolean webSocket) throws IOException {
        boolean right = head.startsWith("HTTP/1.1 101 ") && (!webSocket || head.contains(ACCEPT));
        if (!right) throw new IOException("not switched: " + head);
    }
}
