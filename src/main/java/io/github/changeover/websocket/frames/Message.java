package io.github.changeover.websocket.frames;

/** The data message that is being read, over its fragments: RFC 6455 section 5.4, RFC 7692 section 6. */
final class Message {
    /** A fragment that is given on counts for at least so many bytes, because whoever keeps it needs an object for each. */
    static final int FRAGMENT = 64;
    /** Up to here fragments may be as small as they like, also where the limit of a message is lower. */
    private static final int FREE = 64 * 1024;
    private final int longest;
    private final boolean deflates;
    private final Utf8 utf8 = new Utf8();
    private boolean unfinished;
    private boolean compressed;
    private int opcode;
    private int length;
    private long counted;       // the same with at least FRAGMENT for each fragment that was given on

    /**
     * @param longest  bytes of a message, inflated
     * @param deflates whether permessage-deflate was agreed on
     */
    Message(int longest, boolean deflates) {
        this.longest = longest;
        this.deflates = deflates;
    }

    /** What is wrong with a data frame that begins so, or null. */
    FrameFault check(int first) {
        boolean continues = (first & Opcode.MASK) == Opcode.CONTINUATION;
        if ((first & Opcode.RSV1) != 0 && (continues || !deflates)) return misplacedRsv1();
        if (continues == unfinished) return null;
        return continues ? FrameFault.UNEXPECTED_CONTINUATION : FrameFault.UNFINISHED_MESSAGE;
    }

    FrameFault misplacedRsv1() {
        return deflates ? FrameFault.MISPLACED_RSV1 : FrameFault.UNAGREED_RSV1;
    }

    /** What is wrong with the length of a data frame that begins so, or null. How long compressed bytes become is not known yet. */
    FrameFault checkLength(int first, long bytes) {
        if (unfinished ? compressed : (first & Opcode.RSV1) != 0) return null;
        return bytes > longest - length ? FrameFault.MESSAGE_TOO_BIG : null;
    }

    /** A data frame begins. Returns whether a message begins with it. */
    boolean enter(int first) {
        if (unfinished) return false;
        unfinished = true;
        opcode = first & Opcode.MASK;
        compressed = (first & Opcode.RSV1) != 0;
        return true;
    }

    /** Of this message, or of the last. */
    int opcode() {
        return opcode;
    }

    boolean isUnfinished() {
        return unfinished;
    }

    boolean isCompressed() {
        return compressed;
    }

    /** Bytes that may still come. */
    int room() {
        return longest - length;
    }

    /** Payload, as the application will see it. What is wrong with it, or null. */
    FrameFault add(byte[] bytes, int from, int to) {
        length += to - from;
        return opcode == Opcode.TEXT && !utf8.accept(bytes, from, to) ? FrameFault.TEXT_NOT_UTF8 : null;
    }

    /** A fragment of so many bytes was given on. What is wrong with their number, or null. */
    FrameFault gaveOn(int bytes) {
        counted += Math.max(FRAGMENT, bytes);
        return counted > Math.max(longest, FREE) ? FrameFault.MESSAGE_TOO_BIG : null;
    }

    /** The message has ended. What is wrong with it, or null. */
    FrameFault leave() {
        unfinished = false;
        compressed = false;
        length = 0;
        counted = 0;
        return utf8.end() ? null : FrameFault.TEXT_NOT_UTF8;
    }
}
