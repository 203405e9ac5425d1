package io.github.changeover.websocket.frames;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The output of a reader, as frames without masks. Each frame is checked as strictly as possible, because Tyrus does not check it. */
final class RecordingFrameListener implements FrameListener {
    final List<byte[]> frames = new ArrayList<>();
    final List<FrameFault> faults = new ArrayList<>();
    /** The reported numbers of unfinished bytes. */
    final List<Long> unfinished = new ArrayList<>();
    private final boolean whole;
    private boolean inMessage;

    /** Wants fragments. */
    RecordingFrameListener() {
        this(false);
    }

    RecordingFrameListener(boolean whole) {
        this.whole = whole;
    }

    @Override
    public void frame(int opcode, boolean fin, byte[] bytes, int from, int to) {
        assertThat(faults).isEmpty();
        if (!frames.isEmpty()) assertThat(frames.get(frames.size() - 1)[0] & 0x0f).as("nothing after a Close frame").isNotEqualTo(8);
        assertThat(opcode).as("opcode").isIn(0, 1, 2, 8, 9, 10);
        if (opcode >= 8) {
            assertThat(fin).as("FIN of a control frame").isTrue();
            assertThat(to - from).isLessThan(126);
        } else {
            assertThat(opcode == 0).as("continues a message").isEqualTo(inMessage);
            assertThat(fin || to > from).as("an empty fragment").isTrue();
            assertThat(fin || !whole).as("a fragment where whole messages are wanted").isTrue();
            inMessage = !fin;
        }
        frames.add(WireBytes.plain(fin ? 0x80 | opcode : opcode, Arrays.copyOfRange(bytes, from, to)));
    }

    @Override
    public boolean wantsWhole(int opcode) {
        assertThat(opcode).isIn(1, 2);
        return whole;
    }

    @Override
    public void unfinished(long bytes) {
        assertThat(faults).isEmpty();
        assertThat(bytes).isNotNegative();
        unfinished.add(bytes);
    }

    @Override
    public void failed(FrameFault fault) {
        assertThat(faults).isEmpty();
        faults.add(fault);
    }

    byte[] all() {
        return WireBytes.join(frames.toArray(byte[][]::new));
    }

    static byte[] payload(byte[] frame) {
        int header = frame[1] < 126 ? 2 : frame[1] == 126 ? 4 : 10;
        return Arrays.copyOfRange(frame, header, frame.length);
    }

    /**
     * Returns the same frames in a form that does not depend on the fragments of a message: fragments are joined up to the next control frame, and empty
     * ones are removed.
     *
     * @param whole whether they are also joined across control frames, so that a message is at the position of its end; an unfinished message is removed
     *              then
     */
    static List<byte[]> joined(List<byte[]> frames, boolean whole) {
        List<byte[]> all = new ArrayList<>();
        byte[] some = {};
        int opcode = 0;
        for (byte[] frame : frames) {
            if ((frame[0] & 8) != 0) {
                if (!whole && some.length > 0) {
                    all.add(WireBytes.plain(opcode, some));
                    some = new byte[0];
                    opcode = 0;
                }
                all.add(frame);
                continue;
            }
            if ((frame[0] & 15) != 0) opcode = frame[0] & 15;
            some = WireBytes.join(some, payload(frame));
            if (frame[0] < 0) {
                all.add(WireBytes.plain(0x80 | opcode, some));
                some = new byte[0];
                opcode = 0;
            }
        }
        if (!whole && some.length > 0) all.add(WireBytes.plain(opcode, some));
        return all;
    }
}
