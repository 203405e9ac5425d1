package io.github.changeover.websocket.frames;

/** The header of an unmasked frame: RFC 6455 section 5.2. */
final class PlainHeader {
    /** Octets of the longest. */
    static final int LONGEST = 10;
    /** From here on the length takes two octets of its own. */
    static final int TWO_OCTETS = 126;
    /** From here on it takes eight. */
    static final int EIGHT_OCTETS = 0x10000;

    private PlainHeader() {
    }

    /** Octets of the header of a frame with such a payload. */
    static int size(long length) {
        return length < TWO_OCTETS ? 2 : length < EIGHT_OCTETS ? 4 : LONGEST;
    }

    /** Writes a header and answers the index behind it. */
    static int write(byte[] into, int at, int first, int length) {
        into[at] = (byte) first;
        if (length < TWO_OCTETS) {
            into[at + 1] = (byte) length;
            return at + 2;
        }
        int octets = length < EIGHT_OCTETS ? 2 : 8;
        into[at + 1] = (byte) (octets == 2 ? 126 : 127);
        int end = at + 2 + octets;
        for (int i = 0; i < octets; i++) into[end - 1 - i] = (byte) (i < 4 ? length >>> 8 * i : 0);
        return end;
    }
}
