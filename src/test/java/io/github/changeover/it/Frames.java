package io.github.changeover.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.changeover.testkit.Wire;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** WebSocket frames on a raw socket: makes frames of a client, masked with 1 2 3 4, and reads frames of the server. */
public final class Frames {
    private static final byte[] KEY = {1, 2, 3, 4};

    private Frames() {
    }

    /** A request for {@code websocket} on this path, with these header field lines. */
    public static String handshake(String path, String... fields) {
        String more = fields.length == 0 ? "" : String.join("\r\n", fields) + "\r\n";
        return "GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" + more + "\r\n";
    }

    public static byte[] text(String words) {
        return of(0x81, utf8(words));
    }

    public static byte[] close(int code, String reason) {
        byte[] text = utf8(reason);
        return of(0x88, join(new byte[] {(byte) (code >> 8), (byte) code}, text));
    }

    /** @param first the first byte: FIN, RSV and opcode */
    public static byte[] of(int first, byte[] payload) {
        return join(header(first, payload.length), masked(payload));
    }

    /** The header of a frame with a payload of this length, with the masking key. */
    static byte[] header(int first, long length) {
        ByteArrayOutputStream frame = new ByteArrayOutputStream();
        frame.write(first);
        if (length < 126) {
            frame.write(0x80 | (int) length);
        } else if (length < 1 << 16) {
            frame.write(0x80 | 126);
            frame.write((int) length >> 8);
            frame.write((int) length);
        } else {
            frame.write(0x80 | 127);
            for (int shift = 56; shift >= 0; shift -= 8) frame.write((int) (length >> shift));
        }
        frame.writeBytes(KEY);
        return frame.toByteArray();
    }

    static byte[] masked(byte[] payload) {
        byte[] masked = payload.clone();
        for (int i = 0; i < masked.length; i++) masked[i] ^= KEY[i % 4];
        return masked;
    }

    static byte[] join(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) all.writeBytes(part);
        return all.toByteArray();
    }

    static byte[] utf8(String words) {
        return words.getBytes(StandardCharsets.UTF_8);
    }

    /** A frame from the server. */
    public record ReceivedFrame(int first, byte[] payload) {
        public String text() {
            return new String(payload, StandardCharsets.UTF_8);
        }

        boolean isFinal() {
            return (first & 0x80) != 0;
        }

        /** As text: {@code 81 hello}, {@code 88 1000 bye}. */
        @Override
        public String toString() {
            boolean code = (first & 0x0f) == 8 && payload.length >= 2;
            String rest = code ? ((payload[0] & 0xff) << 8 | payload[1] & 0xff) + " " + new String(payload, 2, payload.length - 2, StandardCharsets.UTF_8) : text();
            return Integer.toHexString(first) + " " + rest;
        }
    }

    /** Reads the next frame. It must be unmasked. */
    public static ReceivedFrame read(Wire wire) throws IOException {
        byte[] two = wire.readExactly(2);
        assertThat(two[1]).as("MASK is 0").isNotNegative();
        int more = two[1] < 126 ? 0 : two[1] == 126 ? 2 : 8;
        long length = more == 0 ? two[1] : 0;
        for (byte b : wire.readExactly(more)) length = length << 8 | b & 0xff;
        return new ReceivedFrame(two[0] & 0xff, wire.readExactly(Math.toIntExact(length)));
    }
}
