package io.github.changeover.websocket.frames;

/**
 * Counts the memory that a {@link FrameReader} holds for its client: messages and frames that are not finished. Called on the reading
 * thread.
 */
public interface FrameMemory {
    /** Counts nothing: for a reader whose limits are small. */
    FrameMemory UNCOUNTED = new FrameMemory() {
        @Override
        public boolean charge(long bytes) {
            return true;
        }

        @Override
        public void release(long bytes) {
        }
    };

    /**
     * Counts bytes, before they are allocated. In either case {@link #release} follows.
     *
     * @return whether they may be allocated; if not, the reader drops what it holds and fails with {@link FrameFault#NO_MEMORY}
     */
    boolean charge(long bytes);

    /** Undoes {@link #charge} for so many bytes. */
    void release(long bytes);
}
