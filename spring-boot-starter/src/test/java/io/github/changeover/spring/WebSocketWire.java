package io.github.changeover.spring;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.changeover.testkit.Head;
import io.github.changeover.testkit.Wire;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;

/** A WebSocket client of bytes: sends masked text frames and reads frames of the server, without compression. */
final class WebSocketWire implements AutoCloseable {
    final Wire wire;
    final Head head;

    WebSocketWire(Wire wire) throws IOException {
        this.wire = wire;
        this.head = wire.readHead();
    }

    /** Returns the fields of an opening handshake, and more. */
    static String[] fields(String... more) {
        String[] all = new String[more.length + 1];
        all[0] = "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
        System.arraycopy(more, 0, all, 1, more.length);
        return all;
    }

    WebSocketWire send(String text) throws IOException {
        byte[] payload = text.getBytes(UTF_8);
        ByteArrayOutputStream frame = new ByteArrayOutputStream();
        frame.write(0x81);
        if (payload.length < 126) {
            frame.write(0x80 | payload.length);
        } else {
            frame.write(0x80 | 126);
            frame.write(payload.length >> 8);
            frame.write(payload.length);
        }
        frame.write(new byte[4]);       // a mask of zeros leaves the payload unchanged
        frame.write(payload);
        wire.send(frame.toByteArray());
        return this;
    }

    /** Returns the payload of the next frame, which must be a text. */
    String text() throws IOException {
        byte[] start = wire.readExactly(2);
        if ((start[0] & 0xff) != 0x81) throw new IOException("not a text frame: " + Integer.toHexString(start[0] & 0xff) + " " + Integer.toHexString(start[1] & 0xff));
        return new String(wire.readExactly(length(start[1])), UTF_8);
    }

    /** As {@link #text}; empty if no frame arrives in this time. */
    String textWithin(Duration time) throws IOException {
        wire.timeout(time);
        try {
            return text();
        } catch (SocketTimeoutException none) {
            return "";
        } finally {
            wire.timeout(Wire.DEFAULT_TIMEOUT);
        }
    }

    /** Returns the code of the next frame, which must be a Close frame. */
    int closeCode() throws IOException {
        byte[] start = wire.readExactly(2);
        if ((start[0] & 0xff) != 0x88) throw new IOException("not a Close frame: " + Integer.toHexString(start[0] & 0xff));
        byte[] payload = wire.readExactly(length(start[1]));
        return (payload[0] & 0xff) << 8 | payload[1] & 0xff;
    }

    private int length(byte second) throws IOException {
        if (second < 126) return second;
        byte[] more = wire.readExactly(2);
        return (more[0] & 0xff) << 8 | more[1] & 0xff;
    }

    @Override
    public void close() throws IOException {
        wire.close();
    }
}
