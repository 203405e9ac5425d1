package io.github.changeover.websocket.frames;

import static org.assertj.core.api.Assertions.assertThat;

/** A {@link FrameMemoryListener} with a limit. */
final class CountingMemoryListener implements FrameMemoryListener {
    long most = Long.MAX_VALUE;
    long used;
    /** The largest number of bytes that were used at any time. */
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
