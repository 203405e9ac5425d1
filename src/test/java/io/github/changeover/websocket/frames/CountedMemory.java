package io.github.changeover.websocket.frames;

import static org.assertj.core.api.Assertions.assertThat;

/** Memory of which there is so much. */
final class CountedMemory implements FrameMemory {
    long most = Long.MAX_VALUE;
    long used;
    /** The most that was ever in use. */
    long highest;
    int charges;

    @Override
    public boolean charge(long bytes) {
        assertThat(bytes).isPositive();
        charges++;
        used += bytes;
        highest = Math.max(highest, used);
        return used <= most;
    }

    @Override
    public void release(long bytes) {
        assertThat(bytes).isPositive();
        used -= bytes;
        assertThat(used).isNotNegative();
    }
}
