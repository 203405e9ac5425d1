package io.github.changeover.websocket.frames;

import java.io.ByteArrayOutputStream;
import java.util.HexFormat;
import java.util.zip.Deflater;

/** Creates the bytes that a client sends, without the code under test. */
final class WireBytes {
    private WireBytes() {
    }

    static byte[] hex(String digits) {
        return HexFormat.of().parseHex(digits.replaceAll("\\s", ""));
    }

    static byte[] join(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) all.writeBytes(part);
        return all.toByteArray();
    }

    static byte[] frame(int first, boolean masked, int key, byte[] payload) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(first);
        int mask = masked ? 0x80 : 0;
        if (payload.length < 126) {
            out.write(mask | payload.length);
        } else if (payload.length < 65536) {
            out.write(mask | 126);
            out.write(payload.length >> 8);
            out.write(payload.length);
        } else {
            out.write(mask | 127);
            for (int shift = 56; shift >= 0; shift -= 8) out.write((int) ((long) payload.length >> shift));
        }
        if (!masked) return join(out.toByteArray(), payload);
        byte[] keys = {(byte) (key >> 24), (byte) (key >> 16), (byte) (key >> 8), (byte) key};
        out.writeBytes(keys);
        for (int i = 0; i < payload.length; i++) out.write(payload[i] ^ keys[i % 4]);
        return out.toByteArray();
    }

    static byte[] plain(int first, byte[] payload) {
        return frame(first, false, 0, payload);
    }

    static byte[] masked(int first, byte[] payload) {
        return frame(first, true, 0x9b1f73c5, payload);
    }

    /** Returns the payload of a message as specified in RFC 7692 section 7.2.1. */
    static byte[] deflated(Deflater deflater, byte[] payload) {
        if (payload.length == 0) return new byte[] {0};
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        byte[] some = new byte[65536];
        deflater.setInput(payload);
        int count;
        do {
            count = deflater.deflate(some, 0, some.length, Deflater.SYNC_FLUSH);
            out.write(some, 0, count);
        } while (count == some.length);
        byte[] all = out.toByteArray();
        return java.util.Arrays.copyOf(all, all.length - 4);
    }
}
