package io.github.changeover.websocket.frames;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Bytes that arrive in direct buffers, which have no array. */
class DirectBufferTest {
    private static final int LARGE = 60_000;
    private final DeflaterPool pool = new DeflaterPool();

    private FrameReader reader() {
        return new FrameReader(new FrameLimits(1 << 20, 1 << 20), Optional.empty(), pool, FrameMemoryListener.UNCOUNTED);
    }

    /** Returns a masked binary frame whose payload repeats one byte. */
    private static ByteBuffer frame(int b, int size) {
        byte[] frame = new byte[ServerFrameHeader.size(size) + 4 + size];
        byte[] key = {1, 2, 3, 4};
        int at = ServerFrameHeader.write(frame, 0, 0x82, size);
        frame[1] |= (byte) 0x80;
        System.arraycopy(key, 0, frame, at, 4);
        for (int i = 0; i < size; i++) frame[at + 4 + i] = (byte) (b ^ key[i & 3]);
        return ByteBuffer.allocateDirect(frame.length).put(frame).flip();
    }

    private static byte[] filled(int b) {
        byte[] payload = new byte[LARGE];
        Arrays.fill(payload, (byte) b);
        return payload;
    }

    @Test
    void nestedReadOfAnotherConnectionOverwritesNothing() {
        RecordingFrameListener inner = new RecordingFrameListener();
        RecordingFrameListener outer = new RecordingFrameListener();
        FrameReader other = reader();
        reader().read(frame('a', LARGE), new FrameListener() {
            @Override
            public void frame(int opcode, boolean fin, byte[] bytes, int from, int to) {
                other.read(DirectBufferTest.frame('b', LARGE), inner);
                outer.frame(opcode, fin, bytes, from, to);
            }

            @Override
            public boolean wantsWhole(int opcode) {
                return true;
            }

            @Override
            public void unfinished(long bytes) {
            }

            @Override
            public void failed(FrameFault fault) {
                outer.failed(fault);
            }
        });
        assertThat(RecordingFrameListener.payload(inner.frames.get(0))).isEqualTo(filled('b'));
        assertThat(RecordingFrameListener.payload(outer.frames.get(0))).isEqualTo(filled('a'));
    }

    @Test
    void readOfAnotherConnectionDoesNotChangeIncompleteFrame() {
        RecordingFrameListener one = new RecordingFrameListener();
        RecordingFrameListener two = new RecordingFrameListener();
        FrameReader first = reader();
        ByteBuffer frame = frame('a', LARGE);
        ByteBuffer half = frame.duplicate().limit(LARGE / 2);
        first.read(half, one);
        reader().read(frame('b', LARGE), two);
        first.read(frame.position(LARGE / 2), one);
        assertThat(RecordingFrameListener.payload(one.frames.get(0))).isEqualTo(filled('a'));
        assertThat(RecordingFrameListener.payload(two.frames.get(0))).isEqualTo(filled('b'));
    }

    /** Returns the array in which the listener gets the payload of a frame. */
    private byte[] arrayOf(ByteBuffer frame) {
        byte[][] array = new byte[1][];
        reader().read(frame, FrameArrays.of(bytes -> array[0] = bytes));
        return array[0];
    }

    @Test
    void longReadsUseTheSameArrayAgain() {
        assertThat(arrayOf(frame('a', LARGE))).isSameAs(arrayOf(frame('b', LARGE)));
    }

    @Test
    void shortReadHasItsOwnArray() {
        assertThat(arrayOf(frame('a', 34))).hasSize(40);       // the whole frame: 2 bytes of header, 4 of the key, the payload
    }
}
