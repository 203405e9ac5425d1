package io.github.changeover.websocket.frames;

/** Writes the header of an unmasked frame: RFC 6455 section 5.2. */
final class ServerFrameHeader {
    /** The length of the longest header in bytes. */
    static final int LONGEST = 10;
    /** From this payload length on, the length is in two additional bytes. */
    static final int TWO_BYTES = 126;
    /** From this payload length on, the length is in eight additional bytes. */
    static final int EIGHT_BYTES = 0x10000;

    private ServerFrameHeader() {
    }

    /** Returns the length in bytes of the header for a payload of this length. */
    static int size(long length) {
        return length < TWO_BYTES ? 2 : length < EIGHT_BYTES ? 4 : LONGEST;
    }

    /** Writes a header and returns the index after it. */
    static int write(byte[] into, int at, int first, int length) {
        into[at] = (byte) first;
        if (length < TWO_BYTES) {
            into[at + 1] = (byte) length;
            return at + 2;
        }
        int bytes = length < EIGHT_BYTES ? 2 : 8;
        into[at + 1] = (byte) (bytes == 2 ? 126 : 127);
        int end = at + 2 + bytes;
        for (int i = 0; i < bytes; i++) into[end - 1 - i] = (byte) (i < 4 ? length >>> 8 * i : 0);
        return end;
    }
}
