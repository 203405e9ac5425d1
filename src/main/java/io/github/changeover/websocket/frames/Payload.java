package io.github.changeover.websocket.frames;

/** Bytes of a message, or of a control frame, that are not given on yet. The array grows with what has arrived, not with what is promised. */
final class Payload {
    /** A smaller array that lives no longer than one read is not counted: there are as many of those as threads. */
    static final int SMALL = 4 * 1024;
    /** What an array, and this object, take beside the bytes. */
    static final int OVERHEAD = 48;
    private static final byte[] NOTHING = new byte[0];
    private final FrameMemory memory;
    private byte[] bytes = NOTHING;
    private int size;
    private long charged;

    Payload(FrameMemory memory) {
        this.memory = memory;
    }

    /**
     * Makes room for more bytes.
     *
     * @param most bytes that there will ever be, in all
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

    /** It will outlive this read. Returns whether there is memory for it. */
    boolean keep() {
        return charged > 0 || charge(bytes.length);
    }

    /** Gives back what is counted; the bytes are not used any more. */
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

    /** Bytes that fit without growing. */
    int free() {
        return bytes.length - size;
    }

    /** So many bytes were written at the end. */
    void wrote(int more) {
        size += more;
    }

    /** Drops bytes at the beginning. */
    void drop(int count) {
        size -= count;
        System.arraycopy(bytes, count, bytes, 0, size);
    }
}
