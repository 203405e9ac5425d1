package io.github.changeover.websocket.engine;

import io.github.changeover.websocket.frames.Opcode;
import io.github.changeover.websocket.frames.PlainFrame;
import org.glassfish.tyrus.spi.ReadHandler;

/**
 * The connection of a Tyrus whose parts are not known: it gets frames as bytes. It keeps fragments until their message is whole, and a text for longer, so
 * all of them are counted until the next message that has several.
 */
final class TyrusReceiver implements FrameReceiver {
    /** What a fragment takes beside its bytes: a buffer, an array, a place in a list. */
    private static final int FRAGMENT = 96;
    private static final int LONGEST_HEADER = 10;
    private static final int TWO_BYTE_CHARACTERS = 0xc4;        // from this lead byte on they are not in Latin-1: a string takes two bytes for each
    private final ReadHandler tyrus;
    private final MessageMemory memory;
    private long fragments;     // counted for fragments
    private long buffer;        // counted for the buffer that Tyrus reads from, as long as the longest frame so far
    private boolean text, wide;

    TyrusReceiver(ReadHandler tyrus, MessageMemory memory) {
        this.tyrus = tyrus;
        this.memory = memory;
    }

    @Override
    public boolean frame(int first, byte[] bytes, int from, int to) {
        if (!count(first, bytes, from, to)) return false;
        tyrus.handle(PlainFrame.of(first, bytes, from, to - from));
        return true;
    }

    private boolean count(int first, byte[] bytes, int from, int to) {
        int opcode = first & Opcode.MASK;
        boolean last = (first & Opcode.FIN) != 0;
        long frame = LONGEST_HEADER + to - from;
        boolean fits = frame <= buffer || memory.charge(frame - buffer);
        buffer = Math.max(buffer, frame);
        if (opcode > Opcode.BINARY || last && opcode != Opcode.CONTINUATION) return fits;
        if (opcode != Opcode.CONTINUATION) {
            memory.release(fragments);
            fragments = 0;
            wide = false;
            text = opcode == Opcode.TEXT;
        }
        long some = text ? Math.max(FRAGMENT, characters(bytes, from, to)) : FRAGMENT + to - from;
        fragments += some;
        return memory.charge(some) && fits;
    }

    /** What the characters take in a buffer that has grown for them, twofold at most. */
    private long characters(byte[] bytes, int from, int to) {
        long before = wide ? 0 : fragments;
        for (int i = from; i < to && !wide; i++) wide = (bytes[i] & 0xff) >= TWO_BYTE_CHARACTERS;
        return wide ? before + 4L * (to - from) : 2L * (to - from);
    }

    @Override
    public boolean wantsWhole(int opcode) {
        return false;
    }

    @Override
    public void progress() {
    }

    @Override
    public void close() {
        memory.release(fragments + buffer);
        fragments = buffer = 0;
    }
}
