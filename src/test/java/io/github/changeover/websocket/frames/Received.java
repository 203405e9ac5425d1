package io.github.changeover.websocket.frames;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** What a reader gave on. Each run is looked at as strictly as can be: Tyrus would not. */
final class Received implements FrameSink {
    final List<byte[]> frames = new ArrayList<>();
    final List<FrameFault> faults = new ArrayList<>();
    int runs;

    @Override
    public void frames(ByteBuffer run) {
        assertThat(faults).isEmpty();
        assertThat(run.hasRemaining()).isTrue();
        runs++;
        while (run.hasRemaining()) frames.add(next(run));
    }

    @Override
    public void failed(FrameFault fault) {
        assertThat(faults).isEmpty();
        faults.add(fault);
    }

    /** The next frame, header and payload; fails the test unless it is valid by itself, unmasked and without RSV bits. */
    private byte[] next(ByteBuffer run) {
        if (!frames.isEmpty()) assertThat(frames.get(frames.size() - 1)[0] & 0x0f).as("nothing behind a Close frame").isNotEqualTo(8);
        int start = run.position();
        int first = run.get() & 0xff;
        int second = run.get() & 0xff;
        assertThat(first & 0x70).as("RSV bits").isZero();
        assertThat(first & 0x0f).as("opcode").isIn(0, 1, 2, 8, 9, 10);
        assertThat(second & 0x80).as("mask").isZero();
        long length = second;
        if (second == 126) {
            length = run.getShort() & 0xffff;
            assertThat(length).isGreaterThan(125);
        } else if (second == 127) {
            length = run.getLong();
            assertThat(length).isGreaterThan(65535);
        }
        if ((first & 8) != 0) {
            assertThat(first & 0x80).as("FIN of a control frame").isEqualTo(0x80);
            assertThat(length).isLessThan(126);
        }
        byte[] frame = new byte[run.position() - start + (int) length];
        run.position(start).get(frame);
        return frame;
    }

    byte[] all() {
        return Octets.join(frames.toArray(byte[][]::new));
    }

    static byte[] payload(byte[] frame) {
        int header = frame[1] < 126 ? 2 : frame[1] == 126 ? 4 : 10;
        return java.util.Arrays.copyOfRange(frame, header, frame.length);
    }
}
