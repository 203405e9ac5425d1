package io.github.changeover.websocket.frames;

/** Bytes of a message or a control frame that are not passed on yet. The array grows with the bytes that have arrived, not with announced lengths. */
final class PayloadBuffer {
    /** An array up to this size that is released at the end of the read is not counted. There are at most as many of them as threads. */
    static final int SMALL = 4 * 1024;
    /** The memory in bytes that the array and this object need in addition to the content. */
    static final int OVERHEAD = 48;
    private static final byte[] NOTHING = new byte[0];
    private final FrameMemoryListener memory;
    private byte[] bytes = NOTHING;
    private int size;
    private long charged;

    PayloadBuffer(FrameMemoryListener memory) {
        this.memory = memory;
    }

    /**
     * Makes room for more bytes.
     *
     * @param most the total number of bytes that can ever be needed
     * @return whether there is memory for them
     */
    boolean reserve(int more, long most) {
        long needed = (long) size + more;
        if (needed <= bytes.length) return true;
        int length = (int) Math.max(needed, Math.min(2 * needed, most));
        long before = charged;
        if ((before > 0 || length > SMALL) && !charge(length)) return false;
        byte[] larger = new byte[length];
        System.arraycopy(bytes, 0, larger, 0, size);
        bytes = larger;
        release(before);
        return true;
    }

    private boolean charge(int length) {
        charged += length + OVERHEAD;
        return memory.charge(length + OVERHEAD);
    }

    private void release(long some) {
        if (some == 0) return;
        charged -= some;
        memory.release(some);
    }

    /** Called when the array must be kept after this read. Returns whether there is memory for it. */
    boolean keep() {
        return charged > 0 || charge(bytes.length);
    }

    /** Releases the counted memory. The bytes must not be used afterwards. */
    void release() {
        release(charged);
        bytes = NOTHING;
        size = 0;
    }

    byte[] bytes() {
        return bytes;
    }

    int size() {
        return size;
    }

    /** The number of bytes that fit without growing the array. */
    int free() {
        return bytes.length - size;
    }

    /** Called when this many bytes were written at the end. */
    void wrote(int more) {
        size += more;
    }

    /** Removes bytes at the beginning. */
    void drop(int count) {
        size -= count;
        System.arraycopy(bytes, count, bytes, 0, size);
    }
}
