package io.github.changeover.websocket.frames;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Creates complete unmasked frames, as a server sends them: RFC 6455 section 5.2.
 *
 * <pre>
 * ServerFrame.text("Hello")     81 05 48 65 6c 6c 6f
 * </pre>
 */
public final class ServerFrame {
    private ServerFrame() {
    }

    /** Creates a frame that begins with this byte: FIN, RSV and opcode. */
    public static ByteBuffer of(int first, byte[] bytes, int from, int count) {
        int header = ServerFrameHeader.size(count);
        byte[] frame = new byte[header + count];
        ServerFrameHeader.write(frame, 0, first, count);
        System.arraycopy(bytes, from, frame, header, count);
        return ByteBuffer.wrap(frame);
    }

    /** Creates the frame of a complete text message. An unpaired surrogate becomes a question mark, as in {@link String#getBytes()}. */
    public static ByteBuffer text(String text) {
        byte[] payload = text.getBytes(StandardCharsets.UTF_8);
        return of(Opcode.FIN | Opcode.TEXT, payload, 0, payload.length);
    }
}
