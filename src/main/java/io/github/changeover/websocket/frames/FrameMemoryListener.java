package io.github.changeover.websocket.frames;

/** Counts the memory that a {@link FrameReader} holds for its client: unfinished messages and frames. Called on the reading thread. */
public interface FrameMemoryListener {
    /** Counts nothing. For a reader with small limits. */
    FrameMemoryListener UNCOUNTED = new FrameMemoryListener() {
        @Override
        public boolean charge(long bytes) {
            return true;
        }

        @Override
        public void release(long bytes) {
        }
    };

    /**
     * Counts bytes before they are allocated. {@link #release} follows in either case.
     *
     * @return whether they may be allocated; if false, the reader releases all that it holds and fails with {@link FrameFault#NO_MEMORY}
     */
    boolean charge(long bytes);

    /** Reverses {@link #charge} for this many bytes. */
    void release(long bytes);
}
