package io.github.changeover.websocket.frames;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/** A simple implementation of the client side of RFC 6455 and RFC 7692. Messages begin with their opcode. Control frames are unchanged. */
final class ReferenceClient {
    final List<byte[]> messages = new ArrayList<>();
    int frames;
    int compressed;
    private final boolean deflates;
    private final boolean takeover;
    private Inflater inflater = new Inflater(true);
    private ByteArrayOutputStream message;
    private int opcode;
    private boolean inflates;

    ReferenceClient(boolean deflates, boolean takeover) {
        this.deflates = deflates;
        this.takeover = takeover;
    }

    void read(ByteBuffer bytes) {
        while (bytes.hasRemaining()) {
            int start = bytes.position();
            int first = bytes.get() & 0xff;
            int seven = bytes.get();
            assertThat(seven).as("a server does not mask").isNotNegative();
            long length = seven == 126 ? bytes.getShort() & 0xffff : seven == 127 ? bytes.getLong() : seven;
            byte[] payload = new byte[(int) length];
            bytes.get(payload);
            frames++;
            if ((first & 8) != 0) {
                assertThat(first & 0x70).isZero();
                byte[] frame = new byte[bytes.position() - start];
                bytes.get(start, frame);
                messages.add(frame);
            } else {
                data(first, payload);
            }
        }
    }

    private void data(int first, byte[] payload) {
        boolean begins = (first & 15) != 0;
        assertThat(begins).isEqualTo(message == null);
        assertThat(first & 0x30).isZero();
        if (begins) {
            opcode = first & 15;
            inflates = (first & 0x40) != 0;
            if (inflates) compressed++;
            assertThat(deflates || !inflates).isTrue();
            message = new ByteArrayOutputStream();
        } else {
            assertThat(first & 0x40).as("RSV1 of a continuation").isZero();
        }
        message.writeBytes(payload);
        if (first < 0x80) return;
        byte[] all = message.toByteArray();
        messages.add(WireBytes.join(new byte[] {(byte) opcode}, inflates ? inflate(all) : all));
        message = null;
    }

    private byte[] inflate(byte[] bytes) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        byte[] some = new byte[10_000];
        inflater.setInput(WireBytes.join(bytes, new byte[] {0, 0, -1, -1}));
        try {
            int count;
            while ((count = inflater.inflate(some)) > 0) out.write(some, 0, count);
            assertThat(inflater.getRemaining()).isZero();
        } catch (DataFormatException corrupt) {
            throw new AssertionError(corrupt);
        }
        if (!takeover) {
            inflater.end();
            inflater = new Inflater(true);
        }
        return out.toByteArray();
    }
}
