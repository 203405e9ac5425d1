package io.github.changeover.it;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** A client's frames, masked with 1 2 3 4. */
final class Frames {
    private static final byte[] KEY = {1, 2, 3, 4};

    private Frames() {
    }

    static byte[] text(String words) {
        return of(0x81, words.getBytes(StandardCharsets.UTF_8));
    }

    /** @param first FIN, RSV and opcode */
    static byte[] of(int first, byte[] payload) {
        ByteArrayOutputStream frame = new ByteArrayOutputStream();
        frame.write(first);
        if (payload.length < 126) {
            frame.write(0x80 | payload.length);
        } else if (payload.length < 1 << 16) {
            frame.write(0x80 | 126);
            frame.write(payload.length >> 8);
            frame.write(payload.length);
        } else {
            frame.write(0x80 | 127);
            for (int shift = 56; shift >= 0; shift -= 8) frame.write((int) ((long) payload.length >> shift));
        }
        frame.writeBytes(KEY);
        for (int i = 0; i < payload.length; i++) frame.write(payload[i] ^ KEY[i % 4]);
        return frame.toByteArray();
    }
}
