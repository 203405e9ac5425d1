package io.github.changeover.websocket.frames;

import java.util.function.Consumer;

/** A listener that wants whole messages and only looks at the arrays in which it gets them. A fault fails the test. */
final class FrameArrays implements FrameListener {
    private final Consumer<byte[]> arrays;

    private FrameArrays(Consumer<byte[]> arrays) {
        this.arrays = arrays;
    }

    /** @param arrays called for each frame, with the array that contains its payload */
    static FrameArrays of(Consumer<byte[]> arrays) {
        return new FrameArrays(arrays);
    }

    @Override
    public void frame(int opcode, boolean fin, byte[] bytes, int from, int to) {
        arrays.accept(bytes);
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
        throw new AssertionError(fault);
    }
}
