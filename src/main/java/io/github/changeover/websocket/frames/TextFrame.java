package io.github.changeover.websocket.frames;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** A server's message of text in one frame: RFC 6455 section 5.6. */
public final class TextFrame {
    private TextFrame() {
    }

    public static ByteBuffer of(String text) {
        byte[] payload = text.getBytes(StandardCharsets.UTF_8);
        int header = PlainHeader.size(payload.length);
        byte[] frame = new byte[header + payload.length];
        PlainHeader.write(frame, 0, Opcode.FIN | Opcode.TEXT, payload.length);
        System.arraycopy(payload, 0, frame, header, payload.length);
        return ByteBuffer.wrap(frame);
    }
}
