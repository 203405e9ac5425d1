package io.github.changeover.websocket.frames;

/** The state of the data message that is being read, over all its fragments: RFC 6455 section 5.4, RFC 7692 section 6. */
final class IncomingMessage {
    /** A fragment that is passed on counts as at least this many bytes, because a listener that keeps it needs an object for each. */
    static final int FRAGMENT = 64;
    /** Up to this total, fragments may be arbitrarily small, even if the limit of a message is lower. */
    private static final int UNCOUNTED = 64 * 1024;
    private final int longest;
    private final boolean deflates;
    private final Utf8 utf8 = new Utf8();
    private boolean unfinished;
    private boolean compressed;
    private int opcode;
    private int length;
    private long counted;       // bytes passed on, counting at least FRAGMENT for each fragment

    /**
     * @param longest  the largest number of bytes of a message, inflated
     * @param deflates whether permessage-deflate is agreed on
     */
    IncomingMessage(int longest, boolean deflates) {
        this.longest = longest;
        this.deflates = deflates;
    }

    /** Checks the first byte of a data frame. Returns the fault, or null. */
    FrameFault check(int first) {
        boolean continues = (first & Opcode.MASK) == Opcode.CONTINUATION;
        if ((first & Opcode.RSV1) != 0 && (continues || !deflates)) return misplacedRsv1();
        if (continues == unfinished) return null;
        return continues ? FrameFault.UNEXPECTED_CONTINUATION : FrameFault.UNFINISHED_MESSAGE;
    }

    FrameFault misplacedRsv1() {
        return deflates ? FrameFault.MISPLACED_RSV1 : FrameFault.UNAGREED_RSV1;
    }

    /** Checks the length of a data frame with this first byte. Returns the fault, or null. The inflated length of compressed bytes is not known yet. */
    FrameFault checkLength(int first, long bytes) {
        if (unfinished ? compressed : (first & Opcode.RSV1) != 0) return null;
        return bytes > longest - length ? FrameFault.MESSAGE_TOO_BIG : null;
    }

    /** Called when a data frame begins. Returns whether it is the first frame of a message. */
    boolean begin(int first) {
        if (unfinished) return false;
        unfinished = true;
        opcode = first & Opcode.MASK;
        compressed = (first & Opcode.RSV1) != 0;
        return true;
    }

    /** The opcode of this message, or of the last one. */
    int opcode() {
        return opcode;
    }

    boolean isUnfinished() {
        return unfinished;
    }

    boolean isCompressed() {
        return compressed;
    }

    /** The number of bytes that may still arrive. */
    int room() {
        return longest - length;
    }

    /** Adds payload, unmasked and inflated. Returns the fault, or null. */
    FrameFault add(byte[] bytes, int from, int to) {
        length += to - from;
        return opcode == Opcode.TEXT && !utf8.accept(bytes, from, to) ? FrameFault.TEXT_NOT_UTF8 : null;
    }

    /** Called when a fragment of this many bytes was passed on. Returns a fault if there are too many small fragments, or null. */
    FrameFault passedOn(int bytes) {
        counted += Math.max(FRAGMENT, bytes);
        return counted > Math.max(longest, UNCOUNTED) ? FrameFault.MESSAGE_TOO_BIG : null;
    }

    /** Called when the message has ended. Returns the fault, or null. */
    FrameFault end() {
        unfinished = false;
        compressed = false;
        length = 0;
        counted = 0;
        return utf8.end() ? null : FrameFault.TEXT_NOT_UTF8;
    }
}
