package io.github.changeover.websocket.frames;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * A second, simple implementation of the rules, with which the fast reader is compared. It has all bytes from the start, processes them one by one and
 * copies everything.
 */
final class ReferenceFrameReader {
    final List<byte[]> frames = new ArrayList<>();
    /** The code of the Close frame that must be sent, or 0. */
    int code;
    private final FrameLimits limits;
    private final boolean deflates;
    private final boolean takeover;
    private Inflater inflater = new Inflater(true);
    private boolean inMessage;
    private boolean text;
    private boolean compressed;
    private boolean tailOwed;
    private ByteArrayOutputStream message = new ByteArrayOutputStream();

    ReferenceFrameReader(FrameLimits limits, boolean deflates, boolean takeover) {
        this.limits = limits;
        this.deflates = deflates;
        this.takeover = takeover;
    }

    ReferenceFrameReader read(byte[] all) {
        int at = 0;
        while (at < all.length && code == 0) {
            int next = frame(all, at);
            if (next < 0) break;
            at = next;
        }
        inflater.end();
        return this;
    }

    /** Returns the index of the next frame, or -1 if there is none. */
    private int frame(byte[] all, int at) {
        int first = all[at] & 0xff;
        int opcode = first & 15;
        boolean fin = first >= 128;
        boolean control = opcode >= 8;
        boolean rsv1 = (first & 64) != 0;
        if ((first & 48) != 0 || opcode > 2 && opcode < 8 || opcode > 10) return fail(1002);
        if (rsv1 && (!deflates || control || opcode == 0)) return fail(1002);
        if (control && !fin) return fail(1002);
        if (!control && inMessage != (opcode == 0)) return fail(1002);
        if (at + 1 == all.length) return -1;
        int second = all[at + 1] & 0xff;
        if (second < 128) return fail(1002);
        long length = second - 128;
        if (control && (length > 125 || opcode == 8 && length == 1)) return fail(1002);
        int key = at + 2;
        if (length > 125) {
            int bytes = length == 126 ? 2 : 8;
            if (all.length < at + 2 + bytes) return -1;
            length = 0;
            for (int i = 0; i < bytes; i++) length = length * 256 + (all[key++] & 0xff);
            if (length < 0 || length < (bytes == 2 ? 126 : 65536)) return fail(1002);
        }
        if (!control && length > limits.frame()) return fail(1009);
        boolean inflate = !control && (opcode == 0 ? compressed : rsv1);
        if (!control && !inflate && message.size() + length > limits.message()) return fail(1009);
        if (all.length < key + 4) return -1;
        boolean whole = all.length >= key + 4 + length;
        byte[] payload = Arrays.copyOfRange(all, key + 4, whole ? key + 4 + (int) length : all.length);
        for (int i = 0; i < payload.length; i++) payload[i] ^= all[key + i % 4];
        if (control) return whole ? control(first, payload, key + 4 + payload.length) : -1;

        if (opcode != 0) {
            text = opcode == 1;
            compressed = rsv1;
            inMessage = true;
        }
        int before = message.size();
        if (inflate) {
            if (!inflated(payload) || whole && fin && !tail()) return -1;
        } else {
            message.writeBytes(payload);
        }
        byte[] sofar = message.toByteArray();
        if (text && !Utf8Test.isValidPrefix(sofar, sofar.length)) return fail(1007);
        if (!whole) return -1;
        if (fin) {
            if (text && !new String(sofar, java.nio.charset.StandardCharsets.UTF_8).equals(strict(sofar))) return fail(1007);
            inMessage = false;
            compressed = false;
            message = new ByteArrayOutputStream();
        }
        if (opcode == 0 && !fin && sofar.length == before) return key + 4 + (int) length;
        frames.add(WireBytes.plain(first & 0x8f, Arrays.copyOfRange(sofar, before, sofar.length)));
        return key + 4 + (int) length;
    }

    private int control(int first, byte[] payload, int next) {
        if ((first & 15) == 8) {
            if (payload.length > 0) {
                int said = (payload[0] & 0xff) * 256 + (payload[1] & 0xff);
                boolean fine = said >= 3000 && said < 5000 || said >= 1000 && said < 1015 && said != 1004 && said != 1005 && said != 1006;
                if (!fine) return fail(1002);
                if (strict(Arrays.copyOfRange(payload, 2, payload.length)) == null) return fail(1007);
            }
            frames.add(WireBytes.plain(first, payload));
            return -1;
        }
        frames.add(WireBytes.plain(first, payload));
        return next;
    }

    /** Returns the text, or null if it is invalid. */
    private static String strict(byte[] bytes) {
        try {
            return java.nio.charset.StandardCharsets.UTF_8.newDecoder().decode(java.nio.ByteBuffer.wrap(bytes)).toString();
        } catch (java.nio.charset.CharacterCodingException wrong) {
            return null;
        }
    }

    private boolean inflated(byte[] bytes) {
        byte[] rest = bytes;
        while (rest.length > 0) {
            tailOwed = true;
            inflater.setInput(rest);
            try {
                byte[] one = new byte[1];
                while (inflater.inflate(one) == 1) {
                    message.write(one[0]);
                    if (message.size() > limits.message()) return fail(1009) == 0;
                }
            } catch (DataFormatException corrupt) {
                return fail(1007) == 0;
            }
            if (!inflater.finished()) return true;
            rest = Arrays.copyOfRange(rest, rest.length - inflater.getRemaining(), rest.length);
            inflater.reset();
            tailOwed = false;
        }
        return true;
    }

    private boolean tail() {
        if (tailOwed) {
            if (!inflated(new byte[] {0, 0, -1, -1})) return false;
            if (!tailOwed) return fail(1007) == 0;
        }
        tailOwed = false;
        if (!takeover) inflater.reset();
        return true;
    }

    private int fail(int why) {
        code = why;
        return -1;
    }
}
